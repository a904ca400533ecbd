import type { AdvanceSettings } from './advance.ts';
import type { StoredProcess } from './ports.ts';
import { recent } from './recent.ts';
import type { SavedProcess } from './settle.ts';
import { wakeAtOf } from './wake-at.ts';

/** What a scheduler has been asked for by this program, so that it is not asked with every event. */
export interface HintBook {
  /** The moment to ask a wake for, or undefined when it has been asked for. Say so by `asked` once it is. */
  wanted(id: string, next: number | null, before: StoredProcess | undefined): number | undefined;
  asked(id: string, at: number): void;
}

// A moment forgotten is asked for once more.
const MAX_KEPT = 10_000;

export function hintBook(): HintBook {
  const moments = recent<number>(MAX_KEPT);
  return {
    wanted(id, next, before) {
      if (next === null || next === before?.record.wakeAt || next === moments.get(id)) return undefined;
      return next;
    },
    asked: (id, at) => moments.set(id, at),
  };
}

/** When a process needs attention once what was published lies in its outbox no longer, though the record does not say so yet. */
export function wakeAtConfirmed({ body, record }: SavedProcess, settings: AdvanceSettings): number | null {
  return wakeAtOf({ ...body, outbox: [] }, record.status, settings.resendAfterMs);
}
