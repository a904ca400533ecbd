import { type ProcessRecord, XorcaError } from '@xorca/core';

// A text, and the message that brings it, may have 1 GB (https://www.postgresql.org/docs/current/limits.html); the rest of a record
// lies in the same message.
const MAX_BODY_BYTES = 1_000_000_000;

/** Throws `XORCA_STATE_TOO_LARGE` for a body that does not fit into a row. */
export function assertBodySize(
  { id, body }: Pick<ProcessRecord, 'id' | 'body'>,
  mostBytes = MAX_BODY_BYTES,
): void {
  // No UTF-16 unit takes more than three bytes, so most bodies need no counting.
  if (body.length * 3 <= mostBytes || new Blob([body]).size <= mostBytes) return;
  throw new XorcaError(
    'XORCA_STATE_TOO_LARGE',
    `The state of process ${JSON.stringify(id)} is larger than ${mostBytes} bytes, more than Postgres takes in one row. Keep large data elsewhere, or put withClaimCheck around the store.`,
    { processId: id },
  );
}
