import { XorcaError } from '@xorca/core';
import { decodeProcessId, lockLost } from '@xorca/core/backend';
import { azureErrorName } from './azure-errors.ts';

/** Where the blob of a process lies, after the prefix. */
export const RECORDS = 'process/';

/** What a write is thrown as that a lease did not let through: the lease it named is over, or it named none while somebody holds one. */
export function leaseFault(cause: unknown, key: string): XorcaError {
  const encoded = key.startsWith(RECORDS) ? key.slice(RECORDS.length) : key;
  const id = decodeProcessId(encoded) ?? encoded;
  if (azureErrorName(cause) !== 'LeaseIdMissing') return lockLost(id);
  return new XorcaError(
    'XORCA_LOCK_TIMEOUT',
    `Process ${JSON.stringify(id)} was not written: its blob is leased by somebody else. Try again; where all runners have a blobLeaseLock, give it to blobStore, too.`,
    { processId: id, retryable: true, cause },
  );
}
