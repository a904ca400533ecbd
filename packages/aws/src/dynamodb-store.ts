import { type Clock, type Duration, type ProcessStore, XorcaError } from '@xorca/core';
import { assertOptions, durationMs } from '@xorca/core/backend';
import {
  type ClaimCheckStore,
  type CompressOptions,
  compress,
  type ObjectStorage,
  withClaimCheck,
  withCodec,
} from '@xorca/core/codec';
import { type AwsConnection, CONNECTION_OPTIONS } from './aws-client.ts';
import { dynamodb } from './dynamodb-client.ts';
import { checkedShards } from './dynamodb-due.ts';
import { dynamodbRecords } from './dynamodb-records.ts';

/** Where bodies go that are too large for an item. */
export interface DynamodbOverflow {
  /** `s3Objects({ bucket })`, or any other object storage. */
  readonly objects: ObjectStorage;
  /** Bodies of more UTF-8 bytes go there. At most 380,000, so that the rest of an item has room. Default 262,144 (256 KiB). */
  readonly threshold?: number;
  /** Put before every key. Default: none. */
  readonly prefix?: string;
}

/** Options of `dynamodbStore`. */
export interface DynamodbStoreOptions extends AwsConnection {
  /** A table as `dynamodbTable` says, made by `createTables` or the construct of `@xorca/aws-cdk`. */
  readonly table: string;
  /**
   * Over how many keys of the index the wakes are spread: each takes about 1,000 writes a second. Default 10, at most 100; `due` asks
   * each. It may be raised, never lowered: nobody would ask the upper ones again, and what waits there would wait for ever.
   */
  readonly wakeShards?: number;
  /** `true`, or options of `compress`: bodies are compressed, which saves read and write units. Default: they are not. May be changed at any time. */
  readonly compression?: boolean | CompressOptions;
  /** Default: a process whose item would be over 400 KB is not saved (`XORCA_STATE_TOO_LARGE`). */
  readonly overflow?: DynamodbOverflow;
  /**
   * How long a process that has ended stays, from its last save on; DynamoDB removes it then, or some days later. Not one with something
   * unsent. At least `'14d'`: a queue of SQS keeps an event that long, and one that came late would begin a process anew. Default: for ever.
   */
  readonly expireAfter?: Duration;
  /** Dates the objects of `overflow`. Default: the system's clock. */
  readonly clock?: Clock;
}

const OPTIONS: readonly (keyof DynamodbStoreOptions)[] = [
  ...CONNECTION_OPTIONS,
  'table',
  'wakeShards',
  'compression',
  'overflow',
  'expireAfter',
  'clock',
];

// Of the 409,600 bytes of an item: 24,576 for the longest id, the rest for names and states.
const MAX_THRESHOLD = 380_000;
// The longest that SQS keeps a message, and how long a runner remembers an event unless told otherwise.
const FEWEST_DAYS = 14;

/**
 * Keeps processes in a table of DynamoDB, one item each. One conditional PutItem is one save; `load` is strongly consistent; `due` goes by
 * an index that follows within a second as a rule; `list` reads the table, and its pages may be short. With `overflow` it has a `sweep`, to
 * be called once a day, as `withClaimCheck` says.
 * Errors: `XORCA_CONFLICT`, `XORCA_INVALID_ID`, `XORCA_STATE_TOO_LARGE`, `XORCA_CORRUPT_RECORD`, `XORCA_UNAVAILABLE` (retryable when DynamoDB
 * throttles or is away), `XORCA_CONFIG` (options; no table, another table's keys, no permission, no region, a cursor that is none),
 * `XORCA_CODEC` (compression).
 *
 * @example
 * const store = dynamodbStore({ table: 'xorca', compression: true, overflow: { objects: s3Objects({ bucket: 'xorca-bodies' }) } })
 */
export function dynamodbStore(
  options: DynamodbStoreOptions & { readonly overflow: DynamodbOverflow },
): ClaimCheckStore;
export function dynamodbStore(options: DynamodbStoreOptions): ProcessStore;
export function dynamodbStore(options: DynamodbStoreOptions): ProcessStore {
  assertOptions(options, OPTIONS, 'dynamodbStore');
  const { wakeShards, compression = false, overflow, expireAfter, clock } = options;
  const records = dynamodbRecords({
    table: dynamodb(options, 'dynamodbStore'),
    shards: checkedShards(wakeShards),
    expireAfterMs: expireAfter === undefined ? undefined : checkedExpiry(expireAfter),
  });
  const claimed = overflow && withClaimCheck(records, claimOptions(overflow, clock));
  const store = claimed ?? records;
  if (compression === false) return store;
  const compressed = withCodec(store, compress(compression === true ? {} : compression));
  return claimed ? Object.assign(compressed, { sweep: claimed.sweep }) : compressed;
}

function claimOptions(overflow: DynamodbOverflow, clock: Clock | undefined) {
  assertOptions(overflow, ['objects', 'threshold', 'prefix'], 'overflow of dynamodbStore');
  const { threshold } = overflow;
  if (threshold !== undefined && !(threshold >= 0 && threshold <= MAX_THRESHOLD)) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `threshold of overflow of dynamodbStore must be a number of bytes up to ${MAX_THRESHOLD}, not ${threshold}: with the rest of the item DynamoDB takes no more.`,
    );
  }
  return clock === undefined ? overflow : { ...overflow, clock };
}

function checkedExpiry(expireAfter: Duration): number {
  const ms = durationMs(expireAfter, 'expireAfter of dynamodbStore');
  if (ms >= FEWEST_DAYS * 86_400_000) return ms;
  throw new XorcaError(
    'XORCA_CONFIG',
    `expireAfter of dynamodbStore must be at least '${FEWEST_DAYS}d', not ${JSON.stringify(expireAfter)}: SQS keeps a message that long, and an event that came again after its process is gone would begin a new one.`,
  );
}
