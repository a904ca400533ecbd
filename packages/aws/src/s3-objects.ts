import type {
  GetObjectCommandOutput,
  ListObjectsV2CommandOutput,
  PutObjectCommandOutput,
} from '@aws-sdk/client-s3';
import { XorcaError } from '@xorca/core';
import {
  assertOptions,
  conflict,
  messageOf,
  type ObjectStorage,
  type StoredObject,
} from '@xorca/core/backend';
import { type AwsConnection, CONNECTION_OPTIONS } from './aws-client.ts';
import { isNoKey, isRefused, type S3Bucket, s3Bucket } from './s3-bucket.ts';

/** Options of `s3Objects`. */
export interface S3ObjectsOptions extends AwsConnection {
  readonly bucket: string;
  /** Put before every key, such as `'xorca/'`. Default: none. */
  readonly prefix?: string;
}

/**
 * A bucket of S3 as an object storage: for `objectStore`, `objectJournal`, and the claim checks of bodies and events. Strongly consistent,
 * with conditional writes. Other storages that speak S3 do only if they hold `If-Match` and `If-None-Match`: `checkS3` finds out.
 * Errors: `XORCA_CONFLICT`, `XORCA_UNAVAILABLE` (retryable when S3 asks for less or is away), `XORCA_CONFIG` (options; no bucket, no
 * permission, another region).
 *
 * @example
 * const objects = s3Objects({ bucket: 'xorca-bodies', prefix: 'orders/' })
 */
export function s3Objects(options: S3ObjectsOptions): ObjectStorage {
  assertOptions(options, [...CONNECTION_OPTIONS, 'bucket', 'prefix'], 's3Objects');
  const { prefix = '' } = options;
  if (typeof prefix !== 'string') throw new XorcaError('XORCA_CONFIG', 'prefix of s3Objects must be text.');
  return bucketObjects(s3Bucket(options, 's3Objects'), prefix);
}

/** The objects of a bucket whose keys begin with a prefix. */
function bucketObjects(bucket: S3Bucket, prefix: string): ObjectStorage {
  const { name: Bucket } = bucket;

  async function get(key: string): Promise<StoredObject | undefined> {
    const Key = prefix + key;
    try {
      const found = await bucket.send<GetObjectCommandOutput>(
        'GetObject',
        (sdk) => new sdk.GetObjectCommand({ Bucket, Key }),
      );
      return { text: await textOf(found, bucket), tag: found.ETag ?? '' };
    } catch (error) {
      if (isNoKey(error)) return undefined;
      throw error;
    }
  }

  return {
    get,

    async put(key, text, condition) {
      const Key = prefix + key;
      const when =
        condition === 'any' ? {} : condition === 'absent' ? { IfNoneMatch: '*' } : { IfMatch: condition.tag };
      try {
        const { ETag = '' } = await bucket.send<PutObjectCommandOutput>(
          'PutObject',
          (sdk) =>
            new sdk.PutObjectCommand({ Bucket, Key, Body: text, ContentType: 'application/json', ...when }),
        );
        return ETag;
      } catch (error) {
        if (condition === 'any' || !isRefused(error)) throw await bucket.failed(error, 'PutObject');
        throw conflict(key, condition === 'absent' ? undefined : condition.tag);
      }
    },

    async list(keys, { limit, cursor }) {
      const { Contents = [], IsTruncated } = await bucket.send<ListObjectsV2CommandOutput>(
        'ListBucket',
        (sdk) =>
          new sdk.ListObjectsV2Command({
            Bucket,
            Prefix: prefix + keys,
            MaxKeys: Math.min(limit, MAX_KEYS),
            // Behind a key, there or not: no write in between shifts what follows.
            ...(cursor === undefined ? {} : { StartAfter: prefix + cursor }),
          }),
      );
      const found = Contents.flatMap(({ Key }) => (Key === undefined ? [] : [Key.slice(prefix.length)]));
      const last = found.at(-1);
      return IsTruncated && last !== undefined ? { keys: found, next: last } : { keys: found };
    },

    async delete(key) {
      const Key = prefix + key;
      try {
        await bucket.send('DeleteObject', (sdk) => new sdk.DeleteObjectCommand({ Bucket, Key }));
      } catch (error) {
        if (!isNoKey(error)) throw error;
      }
    },
  };
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
const MAX_KEYS = 1_000;

// Fatal: damaged bytes must not turn into other text. A byte order mark belongs to the text.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

async function textOf({ Body }: GetObjectCommandOutput, bucket: S3Bucket): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
  } catch (cause) {
    // The connection broke while the body came.
    throw await bucket.failed(cause, 'GetObject');
  }
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new XorcaError(
      'XORCA_CORRUPT_RECORD',
      `An object of ${bucket.resource} is no text (${messageOf(cause)}). It was left as it is; restore an earlier version of it, or delete it.`,
      { cause },
    );
  }
}
