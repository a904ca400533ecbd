import { type Duration, durationMs } from '../duration.ts';
import { XorcaError } from '../errors.ts';
import { assertOptions } from '../options.ts';

/** How much of each process's history a journal keeps. What is left out sets no limit; with both, the tighter one holds. */
export interface JournalRetention {
  /**
   * The newest entries of each process to keep, at least 1. The steps of one save stay or go together, so a few more may be
   * kept than were asked for.
   */
  readonly count?: number;
  /** How long an entry is kept, by its own `at`. */
  readonly age?: Duration;
}

/** Options that every journal has. */
export interface JournalOptions {
  /** Default: everything is kept for ever. */
  readonly retention?: JournalRetention;
}

/** A retention as numbers; Infinity where there is no limit. */
export interface RetentionLimits {
  readonly count: number;
  readonly ageMs: number;
}

/** The limits that a journal's options set; `XORCA_CONFIG` for an unknown name, a count below 1 and an age that is no span. */
export function retentionLimits(retention: JournalRetention | undefined, where: string): RetentionLimits {
  const { count, age } = retention ?? {};
  assertOptions(retention ?? {}, ['count', 'age'], `retention of ${where}`);
  if (count !== undefined && !(Number.isSafeInteger(count) && count >= 1)) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `retention.count of ${where} must be a whole number of at least 1, not ${String(count)}.`,
    );
  }
  return {
    count: count ?? Number.POSITIVE_INFINITY,
    ageMs: age === undefined ? Number.POSITIVE_INFINITY : durationMs(age, `retention.age of ${where}`),
  };
}

/** What retention has to know of one save: how many steps it holds, and the time of the newest. */
export interface SaveSize {
  readonly steps: number;
  readonly at: number;
}

/** Those of a process's saves, given oldest first, that are past their retention at `now` (epoch ms). */
export function expiredSaves<Save extends SaveSize>(
  saves: readonly Save[],
  { count, ageMs }: RetentionLimits,
  now: number,
): Save[] {
  let newer = 0;
  return saves
    .toReversed()
    .filter(({ steps, at }) => {
      const expired = newer >= count || at < now - ageMs;
      newer += steps;
      return expired;
    })
    .reverse();
}
