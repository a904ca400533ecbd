import { messageOf } from './errors.ts';

/** Why a text is no JSON. Without the piece of the text that engines quote: it may be anybody's data, and errors are logged. */
export function jsonFault(cause: unknown): string {
  return messageOf(cause).replace(/^Unexpected token [\s\S]*$/, 'it has an unexpected character');
}
