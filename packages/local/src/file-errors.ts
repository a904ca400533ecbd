import { isXorcaError, XorcaError } from '@xorca/core';
import { messageOf } from '@xorca/core/backend';

// Errors that no second try will cure: somebody has to change the folder's permissions or its mount.
const LASTING = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENAMETOOLONG'];

/** The code of a system error (`'ENOENT'`), or an empty text. */
export function errnoOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : '';
  return typeof code === 'string' ? code : '';
}

/** For `.catch`: undefined where there is nothing, else throws on. */
export function absent(error: unknown): undefined {
  if (errnoOf(error) === 'ENOENT') return undefined;
  throw error;
}

/** Runs file work for a key; system errors become `XORCA_CONFIG` or, when a later try may go through, `XORCA_UNAVAILABLE`. */
export async function guarded<T>(key: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (isXorcaError(cause) || errnoOf(cause) === '') throw cause;
    const lasting = LASTING.includes(errnoOf(cause));
    throw new XorcaError(
      lasting ? 'XORCA_CONFIG' : 'XORCA_UNAVAILABLE',
      `The file store could not read or write ${JSON.stringify(key)}: ${messageOf(cause)}. ${
        lasting ? 'Check the permissions of its folder.' : 'Try again; check the disk when it goes on.'
      }`,
      { cause, retryable: !lasting },
    );
  }
}
