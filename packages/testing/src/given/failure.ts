import { AssertionError } from 'node:assert';

/** Where something was written, for the stack of an error that comes up later: the frames above `above`. */
export function callSite(above: (...args: never[]) => unknown): string {
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, above);
  return String(holder.stack).replace(/^.*\n?/, '');
}

/** The error of a chain. Its stack leads to the line of the test, not to where it was found out. */
export function failure(
  message: string,
  { actual, expected, site }: { readonly actual: unknown; readonly expected: unknown; readonly site: string },
): AssertionError {
  // An operator that Node does not know: for its own ones it adds a difference to the message, which has one.
  const error = new AssertionError({ message, actual, expected, operator: 'then' });
  error.stack = `AssertionError [ERR_ASSERTION]: ${message}\n${site}`;
  return error;
}
