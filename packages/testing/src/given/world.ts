import {
  type CloudEvent,
  createRunner,
  type Journal,
  type JournalEntry,
  type MemoryPublisher,
  memoryJournal,
  memoryPublisher,
  memoryStore,
  type Orchestrator,
  type OutcomeStatus,
  type ProcessStore,
  type Runner,
  type RunnerOptions,
  type XorcaError,
} from '@xorca/core';

/** What became of a step: a delivery's outcome, or `idle` when time passed and nothing was due. */
export type StepOutcome = OutcomeStatus | 'idle';

/** What a step came to. */
export interface Taken {
  readonly outcome: StepOutcome;
  readonly reason?: string | undefined;
  readonly error?: XorcaError | undefined;
  /** The event that was delivered. */
  readonly event?: { readonly id: string; readonly type: string };
}

/** One orchestrator with one process, on memory ports and a clock that only steps move. */
export interface World {
  orchestrator: Orchestrator;
  runner: Runner;
  /** Names the process; a start by a command of another process renames it. */
  id: string;
  /** Epoch ms. */
  now: number;
  readonly store: ProcessStore;
  readonly publisher: MemoryPublisher;
  readonly journal: Journal;
  /** What the runner reported: it spoilt nothing. */
  readonly reported: XorcaError[];
  /** Delivers what was delivered last once more. */
  repeat: (() => Promise<Taken>) | undefined;
  /** Events that were made here, for their ids. */
  count: number;
  deploy(orchestrator: Orchestrator): void;
}

/** What a world begins with. */
export interface WorldSetup {
  readonly orchestrator: Orchestrator;
  readonly id: string;
  readonly now: number;
  readonly options: RunnerOptions;
}

/** Makes a world in which nothing has happened yet. */
export function openWorld({ orchestrator, id, now, options }: WorldSetup): World {
  const store = memoryStore();
  const publisher = memoryPublisher();
  const journal = memoryJournal();
  const reported: XorcaError[] = [];
  const report = (error: XorcaError) => {
    reported.push(error);
    options.report?.(error);
  };
  const platform = { store, publisher, journal, clock: { now: () => world.now } };
  const runnerOf = (next: Orchestrator) => createRunner(next, platform, { ...options, report });
  const world: World = {
    orchestrator,
    runner: runnerOf(orchestrator),
    id,
    now,
    store,
    publisher,
    journal,
    reported,
    repeat: undefined,
    count: 0,
    deploy(next) {
      world.runner = runnerOf(next);
      world.orchestrator = next;
    },
  };
  return world;
}

/** Delivers an event as a bus does, as JSON text. What it does not say is filled in. */
export async function deliver(
  world: World,
  event: Partial<CloudEvent> & { readonly type: string },
): Promise<Taken> {
  const whole = {
    specversion: '1.0',
    id: `in-${++world.count}`,
    source: '/test',
    subject: world.id,
    time: new Date(world.now).toISOString(),
    ...event,
  };
  const text = JSON.stringify(whole);
  world.repeat = async () => {
    const [outcome] = await world.runner.handle([text]);
    if (!outcome) throw new Error('The runner answered a delivery with nothing.');
    return { outcome: outcome.status, reason: outcome.reason, error: outcome.error, event: whole };
  };
  return world.repeat();
}

/** The steps of a process that its journal holds from a revision on. */
export async function entriesFrom(world: World, revision: number): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for await (const entry of world.journal.read(world.id, revision)) entries.push(entry);
  return entries;
}
