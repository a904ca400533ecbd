import { AssertionError, deepStrictEqual } from 'node:assert';
import { isXorcaError, messageOf, type XorcaErrorCode } from '@xorca/core';

/** Fails unless the condition holds. */
export function check(condition: boolean, what: string): asserts condition {
  if (!condition) throw new AssertionError({ message: what, stackStartFn: check });
}

/** Fails unless both have the same JSON, whatever the order of their keys; undefined equals only undefined. */
export function same(actual: unknown, expected: unknown, what: string): void {
  const got = plain(actual);
  const wanted = plain(expected);
  try {
    deepStrictEqual(got, wanted);
  } catch {
    const message = `${what}: expected ${short(wanted)}, got ${short(got)}`;
    throw new AssertionError({ message, actual: got, expected: wanted, stackStartFn: same });
  }
}

/** Fails unless the work throws an error of xorca with that code. */
export async function refused(
  code: XorcaErrorCode,
  what: string,
  work: () => Promise<unknown>,
): Promise<void> {
  let result: unknown;
  try {
    result = await work();
  } catch (error) {
    if (isXorcaError(error, code)) return;
    const actual = isXorcaError(error) ? error.code : `another error (${messageOf(error)})`;
    throw new AssertionError({ message: `${what}: expected ${code}, got ${actual}` });
  }
  const message = `${what}: expected ${code}, but it went through with ${short(plain(result))}`;
  throw new AssertionError({ message });
}

/** Fails unless the work throws `XORCA_UNAVAILABLE`, to be tried again: what a caller needs to know of an outage. */
export async function unavailable(what: string, work: () => Promise<unknown>): Promise<void> {
  await refused('XORCA_UNAVAILABLE', what, async () => {
    try {
      return await work();
    } catch (error) {
      if (isXorcaError(error, 'XORCA_UNAVAILABLE') && !error.retryable) {
        throw new AssertionError({ message: `${what}: XORCA_UNAVAILABLE must have retryable: true` });
      }
      throw error;
    }
  });
}

// As it was when this was loaded: a maker may put fake timers under what it tests, and these waits must still end.
const later = globalThis.setTimeout;

/** Lets other work of this program go on. */
export function turn(ms = 0): Promise<void> {
  return new Promise((resolve) => later(resolve, ms));
}

/**
 * Fails unless the check passes now or soon: an index may follow its records late, by about two seconds at most.
 * A backend whose index is exact passes at once and waits for nothing.
 */
export async function soon(checkOnce: () => Promise<void>): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await checkOnce();
    } catch (error) {
      if (!(error instanceof AssertionError) || tries === 20) throw error;
      await turn(10 * tries);
    }
  }
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

function short(value: unknown): string {
  const text = String(JSON.stringify(value));
  return text.length > 300 ? `${text.slice(0, 300)}… (${text.length} characters)` : text;
}
