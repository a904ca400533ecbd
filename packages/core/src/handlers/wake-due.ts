import type { WakeResult } from '../wake.ts';
import type { Work } from './work.ts';

/** What a wake of all that is due did. */
export interface WakeCounts {
  /** Processes that were due and moved; for a fleet, answers that were forgotten. */
  readonly woken: number;
  /** Events sent again. */
  readonly resent: number;
  /** Processes that could not be woken. Each has a line in the log, and later wakes try again. */
  readonly failed: number;
  /** True: more is due, and the time was over. The next wake goes on. */
  readonly more: boolean;
}

// A machine whose delays are all zero is due again at once, for ever. A wake takes 100 processes unless it is told otherwise: 30,000 are
// about as many as a function moves in a minute, and after that the next cron goes on.
const MOST_WAKES = 300;

/** Wakes what is due until nothing is left, or the time is over. Throws when the store cannot be asked at all. */
export async function wakeDue(work: Work, deadlineAt: number): Promise<WakeCounts> {
  const sum = { woken: 0, resent: 0, failed: 0, more: true };
  for (let wakes = 0; sum.more && wakes < MOST_WAKES && work.now() < deadlineAt; wakes++) {
    const result = await work.of.runner.wake({ deadlineAt });
    tellFailed(work, result, 'The next wake tries again.');
    sum.woken += result.woken;
    sum.resent += result.resent;
    sum.failed += result.failed.length;
    // What failed lately is due still; one that moves nothing has only that left.
    const isStuck = result.woken + result.resent + result.failed.length === 0;
    sum.more = result.more && !isStuck;
  }
  return sum;
}

/** Wakes processes by their ids, or whatever is due where a fleet has no processes. Gives those that must be woken again. */
export async function wakeNamed(
  work: Work,
  ids: readonly string[],
  deadlineAt: number,
): Promise<WakeResult['failed']> {
  const { of } = work;
  if (!of.isFleet) return (await of.runner.wake({ ids, deadlineAt })).failed;
  await wakeDue(work, deadlineAt);
  return [];
}

function tellFailed(work: Work, { failed }: WakeResult, next: string): void {
  for (const { id, error } of failed) {
    work.warn({ level: 'warn', error, processId: id, origin: { trigger: 'wake' }, next });
  }
}
