/**
 * Thrown by a handler to answer its command with an error: `data` goes out in the contract's `…error` event. Typed by the
 * contract through `context.fail(data)`, which throws this. Anything else that is thrown is no answer: the command comes again.
 *
 * @example
 * throw new CommandError({ reason: 'unknown-book' })
 */
export class CommandError<Data = unknown> extends Error {
  override readonly name: string = 'CommandError';
  readonly code: string = CODE;
  readonly data: Data;

  constructor(data: Data) {
    super('The service answers this command with an error: see data.');
    this.data = data;
  }
}

const CODE = 'COMMAND_ERROR';

/** Whether something thrown is an answer. Tests the code, never the class: two copies of a package may meet in one program. */
export function isCommandError(thrown: unknown): thrown is CommandError {
  return typeof thrown === 'object' && thrown !== null && 'data' in thrown && 'code' in thrown
    ? thrown.code === CODE
    : false;
}
