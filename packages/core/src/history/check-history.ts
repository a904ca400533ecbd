import type { AnyStateMachine } from 'xstate';
import { assertOptions } from '../options.ts';
import { createOrchestrator, type Orchestrator } from '../orchestrator.ts';
import type { Journal, JournalEntry } from '../ports.ts';
import { type Broken, replay } from './replay.ts';

/** What `checkHistory` found. */
export interface HistoryCheck {
  /** How many processes were replayed from their start to the last step that is kept. */
  readonly checked: number;
  /** Those that would not have gone the same way, each with the first place where it went another. */
  readonly broken: readonly Broken[];
  /** Those that could not be replayed, and why: steps are missing, promises ran, or it takes the orchestrator to tell. */
  readonly unchecked: ReadonlyArray<{ readonly id: string; readonly reason: string }>;
}

/** What to replay. */
export interface HistoryOptions {
  /** The version to replay on. Default: the newest. */
  readonly version?: string;
  /** Only these processes. Default: all in the journal. */
  readonly ids?: readonly string[];
}

/**
 * Replays recorded processes on a new machine and says which would go another way than they did, and where: an event that fails or
 * that no state takes any more, another state, other events sent. Changes nothing. Give the machine itself, or the
 * orchestrator when mappings, transforms or contracts matter; then only its own processes are replayed. With the machine alone the
 * journal says what the orchestrator did: deadlines, cancels, signals; answers to whoever started a process are left out.
 *
 * @example
 * const { broken } = await checkHistory(machine, journal)
 */
export async function checkHistory(
  machine: AnyStateMachine | Orchestrator,
  journal: Pick<Journal, 'read' | 'processes'>,
  options: HistoryOptions = {},
): Promise<HistoryCheck> {
  assertOptions(options, ['version', 'ids'], 'checkHistory');
  const given = 'processId' in machine ? machine : undefined;
  const orchestrator =
    given ?? createOrchestrator({ name: 'history', machines: { '0': machine as AnyStateMachine } });
  const version = options.version ?? orchestrator.versions.at(-1) ?? '';
  const stage = { orchestrator, version, alone: !given };
  const broken: Broken[] = [];
  const unchecked: Array<{ id: string; reason: string }> = [];
  let checked = 0;
  for await (const id of options.ids ?? journal.processes()) {
    const entries = await entriesOf(journal, id);
    if (given && entries.some((entry) => entry.orchestrator !== given.name)) continue;
    const result = replay(stage, id, entries);
    if ('reason' in result) unchecked.push({ id, reason: result.reason });
    else {
      checked++;
      if (result.broken) broken.push(result.broken);
    }
  }
  return { checked, broken, unchecked };
}

async function entriesOf(journal: Pick<Journal, 'read'>, id: string): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for await (const entry of journal.read(id)) entries.push(entry);
  return entries;
}
