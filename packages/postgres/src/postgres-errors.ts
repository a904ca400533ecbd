import { XorcaError } from '@xorca/core';
import { messageOf } from '@xorca/core/backend';

// SQLSTATEs of https://www.postgresql.org/docs/current/errcodes-appendix.html.
// A serialization failure, a deadlock: the statement gave way to another one.
const GAVE_WAY = ['40001', '40P01'];
const TOO_LARGE = '54000';
// No such table, no such column, no such schema.
const NOT_MADE = ['42P01', '42703', '3F000'];
// A character that the database's encoding lacks, or bytes that are none of it.
const NOT_UTF8 = ['22P05', '22021'];
// Class 22 (data), 23 (constraints), 42 (SQL, rights): the same call fails the same way. A missing right may be granted.
const NEVER = /^(22|23|42(?!501))/;
// What `pg` and PGlite say when the program closed them itself; neither gives it a code.
const CLOSED = /after calling end on the pool|Client was closed and is not queryable|PGlite is closed/;

/** Whether the database stopped a statement for the sake of another one, and undid it. */
export function gaveWay(error: unknown): boolean {
  return GAVE_WAY.includes(sqlState(error) ?? '');
}

/** What a failed query is thrown as. */
export function postgresError(cause: unknown): XorcaError {
  const state = sqlState(cause);
  const reason = reasonOf(cause, state);
  if (state !== undefined && NOT_MADE.includes(state)) {
    return new XorcaError(
      'XORCA_CONFIG',
      `The database has not the tables that were asked for: ${reason}. Run createTables of @xorca/postgres once, with the same schema and prefix.`,
      { cause },
    );
  }
  if (state !== undefined && NOT_UTF8.includes(state)) {
    return new XorcaError(
      'XORCA_CONFIG',
      `The database cannot keep all characters: ${reason}. Make one with ENCODING 'UTF8'.`,
      { cause },
    );
  }
  if (state === TOO_LARGE) {
    return new XorcaError('XORCA_STATE_TOO_LARGE', `Postgres cannot keep a value so large: ${reason}.`, {
      cause,
    });
  }
  if (CLOSED.test(messageOf(cause))) {
    return new XorcaError('XORCA_CONFIG', `The client was closed before this call: ${reason}.`, { cause });
  }
  const retryable = state === undefined || !NEVER.test(state);
  return new XorcaError(
    'XORCA_UNAVAILABLE',
    `The database did not take the call: ${reason}. ${retryable ? 'It is not known whether a write arrived; try again.' : 'Nothing was changed.'}`,
    { retryable, cause },
  );
}

/** The five letters and digits with which Postgres says why it refused, or undefined for an error of the network or the client. */
function sqlState(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined;
}

function reasonOf(cause: unknown, state: string | undefined): string {
  if (state !== undefined) return `${messageOf(cause)} (${state})`;
  // A refused connection to a host with two addresses has no message of its own.
  const [first] = cause instanceof AggregateError ? cause.errors : [cause];
  return messageOf(first);
}
