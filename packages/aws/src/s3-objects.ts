import type {
  GetObjectCommandOutput,
  ListObjectsV2CommandOutput,
  PutObjectCommandOutput,
} from '@aws-sdk/client-s3';
import { XorcaError } from '@xorca/core';
import { assertOptions, conflict, type ObjectStorage, type StoredObject } from '@xorca/core/backend';
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
  return objectsOf(options, 's3Objects');
}

/** The objects that the options of a port name; `where` is the port, for errors. */
export function objectsOf(options: S3ObjectsOptions, where: string): ObjectStorage {
  const { prefix = '' } = options;
  // Listings are XML, which has no control characters.
  if (typeof prefix !== 'string' || /\p{Cc}/u.test(prefix)) {
    throw new XorcaError('XORCA_CONFIG', `prefix of ${where} must be text without control characters.`);
  }
  const bucket = s3Bucket(options, where);
  const { name: Bucket } = bucket;

  async function get(key: string): Promise<StoredObject | undefined> {
    const Key = prefix + key;
    try {
      const found = await bucket.send<GetObjectCommandOutput>(
        'GetObject',
        (sdk) => new sdk.GetObjectCommand({ Bucket, Key }),
      );
      return { text: await textOf(found, bucket), tag: tagOf(found, bucket) };
    } catch (error) {
      if (isNoKey(error)) return undefined;
      throw await bucket.failed(error, 'GetObject');
    }
  }

  return {
    get,

    async put(key, text, condition) {
      const Key = prefix + key;
      const when =
        condition === 'any' ? {} : condition === 'absent' ? { IfNoneMatch: '*' } : { IfMatch: condition.tag };
      try {
        const written = await bucket.send<PutObjectCommandOutput>(
          'PutObject',
          (sdk) =>
            new sdk.PutObjectCommand({ Bucket, Key, Body: text, ContentType: 'application/json', ...when }),
        );
        return tagOf(written, bucket);
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
        if (!isNoKey(error)) throw await bucket.failed(error, 'DeleteObject');
      }
    },
  };
}

// Without a tag the next conditional write would name none.
function tagOf({ ETag }: { readonly ETag?: string | undefined }, { resource }: S3Bucket): string {
  if (ETag) return ETag;
  throw new XorcaError(
    'XORCA_CONFIG',
    `The storage behind ${resource} answers without an ETag, so a later write cannot say what it replaces. Keep objects in S3 itself, or in a storage that passes checkS3.`,
  );
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
  } catch {
    // Who reads it says that it is damaged, and of which process; thrown here, one such object would fail a whole `due` or `list`.
    return '';
  }
}
