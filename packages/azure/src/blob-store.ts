import { type Clock, type ProcessStore, XorcaError } from '@xorca/core';
import { assertOptions, type ObjectStoreOptions, objectStore } from '@xorca/core/backend';
import { type CompressOptions, compress, withCodec } from '@xorca/core/codec';
import { CONNECTION_OPTIONS } from './azure-client.ts';
import type { BlobPlace } from './blob-container.ts';
import { blobFiles } from './blob-files.ts';
import type { BlobLeaseLock } from './blob-lease-lock.ts';
import { objectsOf } from './blob-objects.ts';

/** Options of `blobStore`. */
export interface BlobStoreOptions extends BlobPlace {
  /** `true`, or options of `compress`: bodies are compressed. Azure asks for requests, not for bytes, so it saves time at best. Default: they are not. */
  readonly compression?: boolean | CompressOptions;
  /** See `objectStore`. Default 1,200,000 (20 minutes): raise it where a function may run longer. */
  readonly sweepAfterMs?: number;
  /** Dates the hints of what is due. Default: the system's clock. */
  readonly clock?: Clock;
  /**
   * A `blobLeaseLock` of the same container and prefix, the one that the platform has: a save then names the lease, and Azure itself refuses
   * it once the lease is over. Default: none; saves are conditional all the same.
   */
  readonly lock?: BlobLeaseLock;
}

const OPTIONS: readonly (keyof BlobStoreOptions)[] = [
  ...CONNECTION_OPTIONS,
  'container',
  'prefix',
  'compression',
  'sweepAfterMs',
  'clock',
  'lock',
];

/**
 * Keeps processes in a container of Azure Blob Storage, one blob each, beside it a blob for the moment it next needs attention. One
 * conditional PUT is one save, so any number of functions may share a container without a lock; bodies have any size. `list` reads each record.
 * Errors: `XORCA_CONFLICT`, `XORCA_INVALID_ID`, `XORCA_CORRUPT_RECORD`, `XORCA_UNAVAILABLE` (retryable when Azure asks for less or is away),
 * `XORCA_CONFIG` (options; no container, no permission), `XORCA_LOCK_LOST` and `XORCA_LOCK_TIMEOUT` (a lease on the blob), `XORCA_CODEC`
 * (compression).
 *
 * @example
 * const store = blobStore({ connection: process.env.STORAGE, container: 'processes', prefix: 'orders/' })
 */
export function blobStore(options: BlobStoreOptions): ProcessStore {
  assertOptions(options, OPTIONS, 'blobStore');
  const { compression = false, sweepAfterMs, clock, lock, ...place } = options;
  const own: ObjectStoreOptions = {
    ...(sweepAfterMs === undefined ? {} : { sweepAfterMs }),
    ...(clock === undefined ? {} : { clock }),
  };
  const files = blobFiles(place, 'blobStore');
  if (lock !== undefined) assertLock(lock, files.place);
  const store = objectStore(objectsOf(files, lock?.leases), own);
  return compression === false ? store : withCodec(store, compress(compression === true ? {} : compression));
}

function assertLock(lock: BlobLeaseLock, place: string): void {
  const leased: unknown = (lock as Partial<BlobLeaseLock> | null)?.leases?.place;
  if (leased === place) return;
  throw new XorcaError(
    'XORCA_CONFIG',
    leased === undefined
      ? 'lock of blobStore must be made by blobLeaseLock. Any other goes to the platform alone.'
      : `lock of blobStore leases blobs in ${JSON.stringify(leased)}, and the store writes to ${JSON.stringify(place)}. Give both the same container and prefix.`,
  );
}
