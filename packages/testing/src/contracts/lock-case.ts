import type { ProcessLock } from '@xorca/core';
import { check, turn } from './assert.ts';

/** A lock and the way to let its time pass: a virtual clock where there is one, else a wait. */
export interface LockUnderTest {
  readonly lock: ProcessLock;
  advance(ms: number): void | Promise<void>;
  /** The shortest and the longest lease it gives, where it does not give any: a lease on a blob of Azure has 15 to 60 seconds. */
  readonly ttlMs?: { readonly shortest: number; readonly longest: number };
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

// The shortest lease of a case.
const SHORTEST_MS = 200;
// For ever, as far as a case goes.
const LONGEST_MS = 600_000;

/** The leases that a case asks for. */
export interface LeaseTimes {
  /** A lease of a few hundred ms, or as much longer as the lock's leases are. */
  ms(time: number): number;
  /** A lease that no case sees the end of. */
  readonly longest: number;
}

/** Leases that the lock gives: as the cases write them, or ten or a hundred times as long where its shortest is above theirs. */
export function timesOf({ ttlMs }: LockUnderTest): LeaseTimes {
  const { shortest, longest } = ttlMs ?? { shortest: SHORTEST_MS, longest: LONGEST_MS };
  const factor = 10 ** Math.ceil(Math.log10(Math.max(1, shortest / SHORTEST_MS)));
  return { ms: (time) => time * factor, longest };
}

/**
 * Lets time pass, step by step, until the work is settled; some real time too, since a lock may ask a server in between.
 * Gives how it ended and after how much of the lock's time.
 */
export async function drive(
  test: LockUnderTest,
  work: Promise<unknown>,
  stepMs: number,
  longestMs = LONGEST_DRIVE_MS,
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
  for (await turn(); !settled && passedMs < longestMs; await turn()) {
    passedMs += stepMs;
    await test.advance(stepMs);
  }
  check(settled, 'a wait has no end');
  await done;
  return { passedMs, error };
}
