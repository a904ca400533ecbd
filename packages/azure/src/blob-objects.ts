import { isXorcaError } from '@xorca/core';
import { assertOptions, conflict, type ObjectStorage } from '@xorca/core/backend';
import { CONNECTION_OPTIONS } from './azure-client.ts';
import type { BlobPlace } from './blob-container.ts';
import { type BlobFiles, blobFiles } from './blob-files.ts';
import type { BlobLeases } from './blob-leases.ts';

/** Options of `blobObjects`. */
export interface BlobObjectsOptions extends BlobPlace {}

/**
 * A container of Azure Blob Storage as an object storage: for `objectStore`, `objectJournal`, and the claim checks of bodies and events.
 * Errors: `XORCA_CONFLICT`, `XORCA_UNAVAILABLE` (retryable when Azure asks for less or is away), `XORCA_LOCK_TIMEOUT` (a blob that
 * somebody has leased), `XORCA_CONFIG` (options; no container, no permission).
 *
 * @example
 * const objects = blobObjects({ endpoint: 'https://me.blob.core.windows.net', container: 'bodies', prefix: 'orders/' })
 */
export function blobObjects(options: BlobObjectsOptions): ObjectStorage {
  assertOptions(options, [...CONNECTION_OPTIONS, 'container', 'prefix'], 'blobObjects');
  return objectsOf(blobFiles(options, 'blobObjects'));
}

/** Blobs as objects; those that keep a place for a lease are none. Writes go under the lease that is held on their blob, if there is one. */
export function objectsOf(files: BlobFiles, leases?: BlobLeases): ObjectStorage {
  async function putFirst(key: string, text: string): Promise<string> {
    const leaseId = leases?.on(key);
    if (leaseId === undefined) {
      try {
        return await files.put(key, text, 'absent');
      } catch (error) {
        if (!isXorcaError(error, 'XORCA_CONFLICT')) throw error;
      }
    }
    // A lease lies on a blob, so there is one.
    const found = await files.get(key);
    if (found && !found.isPlace) throw conflict(key, undefined);
    return files.put(key, text, found ? { tag: found.tag } : 'absent', leaseId);
  }

  return {
    async get(key) {
      const found = await files.get(key);
      return found && !found.isPlace ? { text: found.text, tag: found.tag } : undefined;
    },
    put: (key, text, condition) =>
      condition === 'absent' ? putFirst(key, text) : files.put(key, text, condition, leases?.on(key)),
    list: files.list,
    delete: (key) => files.delete(key, leases?.on(key)),
  };
}
