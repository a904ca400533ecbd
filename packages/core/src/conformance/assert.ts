import { isXorcaError, messageOf, type XorcaErrorCode } from '../errors.ts';

/** What a failed case throws: any test runner shows it. */
class ConformanceError extends Error {
  override readonly name = 'ConformanceError';
}

/** Fails unless the condition holds. */
export function check(condition: boolean, what: string): asserts condition {
  if (!condition) throw new ConformanceError(what);
}

/** Fails unless both have the same JSON, whatever the order of their keys; undefined equals only undefined. */
export function same(actual: unknown, expected: unknown, what: string): void {
  const got = stable(actual);
  const wanted = stable(expected);
  if (got !== wanted) {
    throw new ConformanceError(`${what}: expected ${short(wanted)}, got ${short(got)}`);
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
    throw new ConformanceError(`${what}: expected ${code}, got ${actual}`);
  }
  throw new ConformanceError(`${what}: expected ${code}, but it went through with ${short(stable(result))}`);
}

/** Lets other work of this program go on. */
export function turn(ms = 0): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
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
      if (!(error instanceof ConformanceError) || tries === 20) throw error;
      await turn(10 * tries);
    }
  }
}

function stable(value: unknown): string {
  if (value === undefined) return 'undefined';
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function short(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}… (${text.length} characters)` : text;
}
