import type { Control } from './advance.ts';
import { isXorcaError } from './errors.ts';
import { handleAll, type Incoming, startOf } from './handle.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { Outcome } from './outcome.ts';
import type { ListQuery, Page, Platform, ProcessSummary } from './ports.ts';
import { type ProcessDetails, processDetails } from './process-details.ts';
import { assertProcessId } from './process-id.ts';
import { createProcessRunner } from './process-runner.ts';
import { unknownProcess } from './run/run-errors.ts';
import { type RunnerOptions, resolveSettings } from './runner-options.ts';
import { type WaitUntil, waitFor, waiting } from './wait-for.ts';
import { type CallOptions, createWake, type WakeOptions, type WakeResult } from './wake.ts';

/** An orchestrator on a platform. */
export interface Runner {
  readonly orchestrator: Orchestrator;
  /**
   * Leads events through their processes; one outcome for each, in their order. Takes CloudEvents or their JSON texts.
   * Never throws for an event's sake.
   */
  handle(events: readonly unknown[], options?: CallOptions): Promise<readonly Outcome[]>;
  /** Starts a process without an event. Doing it twice is harmless: the second is a `duplicate`, or `unhandled` later on. */
  start(start: {
    readonly id: string;
    readonly input?: unknown;
    readonly version?: string;
  }): Promise<Outcome>;
  /** Fires due timers and sends unconfirmed events again. Call it every minute or so: the only clock a process has. */
  wake(options?: WakeOptions): Promise<WakeResult>;
  /** A process of this orchestrator as people want to see it, or undefined. */
  get(id: string): Promise<ProcessDetails | undefined>;
  /** Processes of this orchestrator, page by page, for people; may be late. `{ orchestrator }` looks at another's. */
  list(query?: ListQuery): Promise<Page<ProcessSummary>>;
  /**
   * Ends a process: everything it waits for is called off, whoever started it gets an error. Works for one that fails or whose
   * version is gone. Cancelling twice is harmless. `XORCA_UNKNOWN_PROCESS`; `XORCA_ENDED` for one that is done or failed.
   */
  cancel(id: string, options?: { readonly reason?: string }): Promise<ProcessDetails>;
  /**
   * Tries once more what is a problem: the event that failed, on the code as it is now; the effect that the bus refused. A
   * process that ended in an error goes on from where it was, and asks again for everything it waited for.
   * `XORCA_UNKNOWN_PROCESS`; `XORCA_ENDED` for one that is done or cancelled, unless the bus refused events of it.
   */
  redrive(id: string): Promise<ProcessDetails>;
  /**
   * Moves a running process to another version, over the orchestrator's `migrations`. `dryRun`: shows what would be, and changes
   * nothing. `XORCA_MIGRATION` when no way leads there or its state does not fit; `XORCA_UNKNOWN_PROCESS`; `XORCA_ENDED`.
   */
  migrate(id: string, version: string, options?: { readonly dryRun?: boolean }): Promise<ProcessDetails>;
  /**
   * Waits for a process to be done, or as the predicate says: for callers that want the answer now. The process may not be there
   * yet. `XORCA_WAIT_TIMEOUT` after `timeoutMs` (default 30,000); `XORCA_ENDED` when it ends otherwise.
   */
  waitFor(id: string, until: WaitUntil, options?: { readonly timeoutMs?: number }): Promise<ProcessDetails>;
}

/**
 * Puts an orchestrator on a platform. `XORCA_CONFIG` for an unknown or unfit option.
 *
 * @example
 * const runner = createRunner(summary, { store: memoryStore(), publisher: memoryPublisher() })
 * const outcomes = await runner.handle(events)
 */
export function createRunner(
  orchestrator: Orchestrator,
  platform: Platform,
  options: RunnerOptions = {},
): Runner {
  const settings = resolveSettings(orchestrator, platform, options);
  const processes = createProcessRunner(settings);
  const room = waiting();
  const wake = createWake(settings, processes, room);

  async function lead(incoming: readonly Incoming[], deadlineAt: number): Promise<readonly Outcome[]> {
    const { outcomes, results } = await handleAll(settings, processes, incoming, deadlineAt);
    for (const [id, { changed }] of results) if (changed) room.tell(id);
    return outcomes;
  }

  async function get(id: string): Promise<ProcessDetails | undefined> {
    assertProcessId(id);
    const stored = await settings.store.load(id);
    if (stored?.record.orchestrator !== orchestrator.name) return undefined;
    return processDetails(stored.record, settings.now());
  }

  async function command(id: string, control: Control): Promise<ProcessDetails> {
    assertProcessId(id);
    const { error, changed, foreign } = await processes.run(
      id,
      { deliveries: [], control },
      Number.POSITIVE_INFINITY,
    );
    if (foreign) throw unknownProcess(id);
    // What could not be published stays in the outbox, as ever.
    if (error && !(changed && isXorcaError(error, 'XORCA_PUBLISH'))) throw error;
    room.tell(id);
    const process = await get(id);
    if (process) return process;
    throw unknownProcess(id);
  }

  return {
    orchestrator,
    async handle(events, { deadlineAt = Number.POSITIVE_INFINITY } = {}) {
      return lead(
        events.map((event) => ({ event })),
        deadlineAt,
      );
    },

    async start({ id, input, version }) {
      assertProcessId(id);
      if (version !== undefined) orchestrator.machine(version, id);
      const incoming = startOf(orchestrator, id, input, version, settings.now());
      const [outcome] = await lead([incoming], Number.POSITIVE_INFINITY);
      return outcome as Outcome;
    },

    wake,
    get,
    list: (query = {}) => settings.store.list({ orchestrator: orchestrator.name, ...query }),
    cancel: (id, { reason } = {}) => command(id, { kind: 'cancel', reason }),
    redrive: (id) => command(id, { kind: 'redrive' }),
    async migrate(id, version, { dryRun = false } = {}) {
      orchestrator.machine(version, id);
      const control = { kind: 'migrate' as const, to: version, dryRun };
      if (!dryRun) return command(id, control);
      const { plan, before } = await processes.plan(id, { deliveries: [], control });
      const record = plan.record ?? before?.record;
      if (record && !plan.foreign) return processDetails(record, settings.now());
      throw unknownProcess(id);
    },
    waitFor: (id, until, { timeoutMs = 30_000 } = {}) => waitFor(id, until, timeoutMs, { get, room }),
  };
}
