import { XorcaError } from '@xorca/core';

// The longest that timers of Node wait; beyond, they fire at once.
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** Throws `XORCA_CONFIG` unless a number, where one was given, is whole, at least `least` and no longer than a timer can wait. */
export function assertWhole(value: number | undefined, option: string, least = 1): void {
  if (value === undefined) return;
  if (Number.isInteger(value) && value >= least && value <= LONGEST_WAIT_MS) return;
  throw new XorcaError(
    'XORCA_CONFIG',
    `${option} must be a whole number from ${least} to ${LONGEST_WAIT_MS}, not ${String(value)}.`,
  );
}
