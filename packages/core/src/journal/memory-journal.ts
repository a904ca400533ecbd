import { assertOptions } from '../options.ts';
import type { Journal, JournalEntry } from '../ports.ts';
import { assertProcessId } from '../process-id.ts';
import { savesOf } from './journal-entry.ts';
import { expiredSaves, type JournalOptions, type RetentionLimits, retentionLimits } from './retention.ts';

// JSON, so that what is read back is a copy, and the very one that a durable journal would give.
interface Save {
  readonly revision: number;
  readonly at: number;
  readonly steps: number;
  readonly text: string;
}

/**
 * Keeps the history of processes in this program's memory, for tests and for trying things out: nothing survives the program.
 * `retention.count` holds after each append, `retention.age` after each `prune`.
 * Errors: `XORCA_INVALID_ID`, and `XORCA_CONFIG` for its options.
 *
 * @example
 * const journal = memoryJournal({ retention: { count: 1_000 } })
 */
export function memoryJournal(options: JournalOptions = {}): Journal {
  assertOptions(options, ['retention'], 'memoryJournal');
  const limits = retentionLimits(options.retention, 'memoryJournal');
  // Saves of each process, oldest first.
  const history = new Map<string, Save[]>();

  function drop(id: string, bounds: RetentionLimits, now: number): number {
    const saves = history.get(id) ?? [];
    const expired = new Set(expiredSaves(saves, bounds, now));
    if (expired.size === 0) return 0;
    const kept = saves.filter((save) => !expired.has(save));
    if (kept.length > 0) history.set(id, kept);
    else history.delete(id);
    let steps = 0;
    for (const save of expired) steps += save.steps;
    return steps;
  }

  return {
    async append(id, entries) {
      assertProcessId(id);
      for (const steps of savesOf(entries)) {
        const saves = history.get(id) ?? [];
        insert(saves, steps);
        history.set(id, saves);
      }
      if (limits.count < Number.POSITIVE_INFINITY)
        drop(id, { ...limits, ageMs: Number.POSITIVE_INFINITY }, 0);
    },

    async *read(id, from = 0) {
      assertProcessId(id);
      // A copy of the list: an append while somebody reads must not move what is still to be read.
      for (const { revision, text } of [...(history.get(id) ?? [])]) {
        if (revision >= from) yield* JSON.parse(text) as JournalEntry[];
      }
    },

    async *processes() {
      yield* [...history.keys()];
    },

    async prune(now) {
      let dropped = 0;
      for (const id of [...history.keys()]) dropped += drop(id, limits, now);
      return dropped;
    },
  };
}

// Almost always at the end: only handlers that raced append in another order than they saved.
function insert(saves: Save[], entries: readonly JournalEntry[]): void {
  const steps = entries.toSorted((a, b) => a.step - b.step);
  const { revision = 0 } = steps[0] ?? {};
  let place = saves.length;
  while (place > 0 && (saves[place - 1]?.revision ?? 0) > revision) place--;
  if (saves[place - 1]?.revision === revision) return;
  const at = Math.max(...steps.map((entry) => entry.at));
  saves.splice(place, 0, { revision, at, steps: steps.length, text: JSON.stringify(steps) });
}
