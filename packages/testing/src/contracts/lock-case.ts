import type { ProcessLock } from '@xorca/core';
import { check, turn } from './assert.ts';

/** A lock and the way to let its time pass: a virtual clock where there is one, else a wait. */
export interface LockUnderTest {
  readonly lock: ProcessLock;
  advance(ms: number): void | Promise<void>;
  /** Makes the service behind it not answer, or throttle, while `work` runs; nothing is done meanwhile. */
  outage?(work: () => Promise<void>): Promise<void>;
}

/** One behaviour that every lock must show. */
export interface LockCase {
  /** A sentence about the behaviour. */
  readonly name: string;
  /** Throws when the lock does not show it. `makeLock` gives a lock that nobody holds; it is called once. */
  run(makeLock: () => Promise<LockUnderTest> | LockUnderTest): Promise<void>;
  /**
   * The same, and resolves to undefined; or, where the case shows nothing, to what the maker would have to give for it:
   * `'outages.away'`.
   */
  show(makeLock: () => Promise<LockUnderTest> | LockUnderTest): Promise<string | undefined>;
}

// Sixteen contenders, each up to a second of polling behind the release before it; twice that.
const LONGEST_DRIVE_MS = 32_000;

/**
 * Lets time pass, step by step, until the work is settled; some real time too, since a lock may ask a server in between.
 * Gives how it ended and after how much of the lock's time.
 */
export async function drive(
  test: LockUnderTest,
  work: Promise<unknown>,
  stepMs: number,
): Promise<{ readonly passedMs: number; readonly error: unknown }> {
  let passedMs = 0;
  let settled = false;
  let error: unknown;
  const done = work.then(
    () => {
      settled = true;
    },
    (reason: unknown) => {
      settled = true;
      error = reason;
    },
  );
  for (await turn(); !settled && passedMs < LONGEST_DRIVE_MS; await turn()) {
    passedMs += stepMs;
    await test.advance(stepMs);
  }
  check(settled, 'a wait has no end');
  await done;
  return { passedMs, error };
}
