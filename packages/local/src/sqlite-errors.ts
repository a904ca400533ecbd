import { XorcaError } from '@xorca/core';
import { messageOf } from '@xorca/core/backend';

// Primary result codes of https://sqlite.org/rescode.html.
const CODES = {
  BUSY: 5,
  LOCKED: 6,
  READONLY: 8,
  CORRUPT: 11,
  CANTOPEN: 14,
  CONSTRAINT: 19,
  NOTADB: 26,
} as const;
// Errors that SQLite confines to their statement: SQL error, too big, constraint, mismatch, misuse, out of range. After any
// other one (disk full, I/O, no memory, …) it may have rolled the whole transaction back.
const CONFINED: readonly number[] = [1, 18, CODES.CONSTRAINT, 20, 21, 25];

/** SQLite's primary result code of an error, or undefined for an error that is not SQLite's. */
export function sqliteCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}

/** Whether somebody else held the file for longer than the busy timeout. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === CODES.BUSY || code === CODES.LOCKED;
}

/** Whether Node refused the call because the file was closed before. */
export function isClosed(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_STATE';
}

/** Whether the whole transaction may be gone, not only the statement. */
export function endsTransaction(error: unknown): boolean {
  if (isClosed(error)) return true;
  const code = sqliteCode(error);
  return code !== undefined && !CONFINED.includes(code);
}

/** What opening a file that cannot serve as a database throws: `XORCA_CONFIG`, or `XORCA_UNAVAILABLE` when it is only busy. */
export function cannotOpen(path: string, cause: unknown): XorcaError {
  if (isBusy(cause)) return unavailable(path, cause);
  const reason = sqliteCode(cause) === CODES.NOTADB ? 'the file is no SQLite database' : messageOf(cause);
  return new XorcaError(
    'XORCA_CONFIG',
    `The database ${path} cannot be opened for writing: ${reason}. Its folder must exist or be creatable, and folder and file be writable.`,
    { cause },
  );
}

/** The error of a database that does not answer now: busy, full, unreadable. Nothing was changed. */
export function unavailable(path: string, cause: unknown): XorcaError {
  return new XorcaError(
    'XORCA_UNAVAILABLE',
    `The database ${path} did not take the call: ${messageOf(cause)}. Nothing was changed; try again.`,
    { retryable: true, cause },
  );
}
