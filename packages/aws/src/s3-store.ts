import type { Clock, ProcessStore } from '@xorca/core';
import { assertOptions, type ObjectStoreOptions, objectStore } from '@xorca/core/backend';
import { type CompressOptions, compress, withCodec } from '@xorca/core/codec';
import { type AwsConnection, CONNECTION_OPTIONS } from './aws-client.ts';
import { objectsOf } from './s3-objects.ts';

/** Options of `s3Store`. */
export interface S3StoreOptions extends AwsConnection {
  readonly bucket: string;
  /** Put before every key, such as `'xorca/'`. Default: none. */
  readonly prefix?: string;
  /** `true`, or options of `compress`: bodies are compressed. S3 asks for requests, not for bytes, so it saves time at best. Default: they are not. */
  readonly compression?: boolean | CompressOptions;
  /** See `objectStore`. Default 1,200,000 (20 minutes): a Lambda lives 15 at most. */
  readonly sweepAfterMs?: number;
  /** Dates the hints of what is due. Default: the system's clock. */
  readonly clock?: Clock;
}

const OPTIONS: readonly (keyof S3StoreOptions)[] = [
  ...CONNECTION_OPTIONS,
  'bucket',
  'prefix',
  'compression',
  'sweepAfterMs',
  'clock',
];

/**
 * Keeps processes in a bucket of S3, one object each, beside it an object for the moment it next needs attention. One conditional PUT is one
 * save, so any number of functions may share a bucket without a lock; bodies have any size. `list` reads each record.
 * Errors: `XORCA_CONFLICT`, `XORCA_INVALID_ID`, `XORCA_CORRUPT_RECORD`, `XORCA_UNAVAILABLE` (retryable when S3 asks for less or is away),
 * `XORCA_CONFIG` (options; no bucket, no permission, another region), `XORCA_CODEC` (compression).
 *
 * @example
 * const store = s3Store({ bucket: 'my-processes', prefix: 'orders/' })
 */
export function s3Store(options: S3StoreOptions): ProcessStore {
  assertOptions(options, OPTIONS, 's3Store');
  const { compression = false, sweepAfterMs, clock, ...place } = options;
  const own: ObjectStoreOptions = {
    ...(sweepAfterMs === undefined ? {} : { sweepAfterMs }),
    ...(clock === undefined ? {} : { clock }),
  };
  const store = objectStore(objectsOf(place, 's3Store'), own);
  return compression === false ? store : withCodec(store, compress(compression === true ? {} : compression));
}
