import { XorcaError } from '../errors.ts';
import type { LockOptions } from '../ports.ts';

/** The error of every lock for a wait that was too long. */
export function lockTimeout(id: string, timeoutMs: number): XorcaError {
  return new XorcaError(
    'XORCA_LOCK_TIMEOUT',
    `The lock of process ${JSON.stringify(id)} was held by somebody else for all of the ${timeoutMs} ms this call would wait. Try again, or wait longer.`,
    { processId: id, retryable: true },
  );
}

/** The error of every lock for a lease that is no longer the holder's. */
export function lockLost(id: string): XorcaError {
  return new XorcaError(
    'XORCA_LOCK_LOST',
    `The lease of process ${JSON.stringify(id)} was given back or ran out and somebody else may hold the lock. Acquire it again; renew more often or ask for a longer ttlMs.`,
    { processId: id, retryable: true },
  );
}

/** Throws `XORCA_CONFIG` unless `ttlMs` is above 0 and `timeoutMs` is at least 0. */
export function assertLockOptions(options: LockOptions): void {
  const { ttlMs, timeoutMs } = options;
  if (!(Number.isFinite(ttlMs) && ttlMs > 0)) {
    throw new XorcaError('XORCA_CONFIG', `ttlMs of a lock must be a number above 0, not ${ttlMs}.`);
  }
  if (!(Number.isFinite(timeoutMs) && timeoutMs >= 0)) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `timeoutMs of a lock must be a number of at least 0, not ${timeoutMs}.`,
    );
  }
}
