import type { UpdateItemCommandInput, UpdateItemCommandOutput } from '@aws-sdk/client-dynamodb';
import type { Clock, Lease, ProcessLock } from '@xorca/core';
import {
  assertLockOptions,
  assertOptions,
  encodeProcessId,
  fullJitter,
  lockLost,
  lockTimeout,
  systemTimers,
  type Timers,
} from '@xorca/core/backend';
import { type AwsConnection, CONNECTION_OPTIONS } from './aws-client.ts';
import { type DynamodbTable, dynamodb, isRefused } from './dynamodb-client.ts';

/** Options of `dynamodbLock`. */
export interface DynamodbLockOptions extends AwsConnection {
  /** A table as `dynamodbTable` says; the one of `dynamodbStore` will do. */
  readonly table: string;
  /** What leases and waits go by. Default: the system's clock. Between holders it may differ by less than a lease lasts. */
  readonly clock?: Clock;
  /** What waiting uses. Default: the system's timers. */
  readonly timers?: Timers;
  /** 0 to 1, for the jitter. Default `Math.random`. */
  readonly random?: () => number;
}

// The first wait is about as long as a holder keeps a process (a load, a save); each try is a write that is paid for, so a waiting crowd
// must thin out. A release is noticed within 250 ms on average.
const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 500;
// An item outlives its last lease by a day, so that no two clocks differ enough for a new one's fence to be below the old one's.
const KEPT_MS = 86_400_000;

/**
 * A lock among all programs that share a table: a lease is an item, which DynamoDB removes a day or more after its last use. An expired
 * lease is anybody's at once. Who waits tries again with full jitter; every try costs a write unit.
 * Errors: `XORCA_LOCK_TIMEOUT`, `XORCA_LOCK_LOST`, `XORCA_INVALID_ID`, `XORCA_UNAVAILABLE` (retryable), `XORCA_CONFIG`.
 *
 * @example
 * const lease = await dynamodbLock({ table: 'xorca' }).acquire('order-1', { ttlMs: 30_000, timeoutMs: 5_000 })
 */
export function dynamodbLock(options: DynamodbLockOptions): ProcessLock {
  assertOptions(options, [...CONNECTION_OPTIONS, 'table', 'clock', 'timers', 'random'], 'dynamodbLock');
  const { clock = Date, timers = systemTimers, random = Math.random } = options;
  const table = dynamodb(options, 'dynamodbLock');

  function until(ttlMs: number) {
    const now = clock.now();
    return {
      ':now': { N: String(now) },
      ':until': { N: String(now + ttlMs) },
      ':expiresAt': { N: String(Math.ceil((now + ttlMs + KEPT_MS) / 1_000)) },
    };
  }

  async function tryTake(id: string, owner: string, ttlMs: number): Promise<number | undefined> {
    const taken = await update(table, id, {
      // The owner's own lease, too: then the answer to an earlier try of the SDK was lost.
      ConditionExpression: 'attribute_not_exists(#pk) OR #until <= :now OR #owner = :owner',
      // A new item counts on from the clock. A fence is drawn in more than a millisecond, so one that counts on from an earlier moment
      // stays below it, and an item that has vanished leaves no higher fence behind.
      UpdateExpression:
        'SET #owner = :owner, #until = :until, #expiresAt = :expiresAt, #fence = if_not_exists(#fence, :now) + :one',
      ExpressionAttributeNames: { ...NAMES, '#pk': 'pk', '#fence': 'fence' },
      ExpressionAttributeValues: { ...until(ttlMs), ':owner': { S: owner }, ':one': { N: '1' } },
      ReturnValues: 'UPDATED_NEW',
    });
    return taken && Number(taken.Attributes?.['fence']?.N);
  }

  function lease(id: string, owner: string, fence: number, ttlMs: number): Lease {
    return {
      fence,
      async renew() {
        const { ':now': _, ...values } = until(ttlMs);
        const renewed = await update(table, id, {
          ConditionExpression: '#owner = :owner',
          UpdateExpression: 'SET #until = :until, #expiresAt = :expiresAt',
          ExpressionAttributeNames: NAMES,
          ExpressionAttributeValues: { ...values, ':owner': { S: owner } },
        });
        if (!renewed) throw lockLost(id);
      },
      async release() {
        // The item stays, for the sake of its fence.
        await update(table, id, {
          ConditionExpression: '#owner = :owner',
          UpdateExpression: 'SET #until = :zero REMOVE #owner',
          ExpressionAttributeNames: { '#owner': 'owner', '#until': 'until' },
          ExpressionAttributeValues: { ':owner': { S: owner }, ':zero': { N: '0' } },
        });
      },
    };
  }

  return {
    async acquire(id, { ttlMs, timeoutMs }) {
      encodeProcessId(id);
      assertLockOptions({ ttlMs, timeoutMs });
      const owner = crypto.randomUUID();
      const deadline = clock.now() + timeoutMs;
      for (let tries = 0; ; tries++) {
        const fence = await tryTake(id, owner, ttlMs);
        if (fence !== undefined) return lease(id, owner, fence, ttlMs);
        const left = deadline - clock.now();
        if (left <= 0) throw lockTimeout(id, timeoutMs);
        const wait = Math.min(left, fullJitter(tries, FIRST_WAIT_MS, LONGEST_WAIT_MS, random));
        await new Promise<void>((resolve) => timers.setTimeout(resolve, wait));
      }
    },
  };
}

const NAMES = { '#owner': 'owner', '#until': 'until', '#expiresAt': 'expiresAt' };

/** Changes the item of a lock, or gives undefined when the condition does not hold. */
async function update(
  table: DynamodbTable,
  id: string,
  change: Omit<UpdateItemCommandInput, 'TableName' | 'Key'>,
): Promise<UpdateItemCommandOutput | undefined> {
  const place = { TableName: table.name, Key: { pk: { S: `lock#${encodeProcessId(id)}` } } };
  try {
    return await table.send<UpdateItemCommandOutput>(
      'UpdateItem',
      (sdk) => new sdk.UpdateItemCommand({ ...place, ...change }),
      id,
    );
  } catch (error) {
    if (isRefused(error)) return undefined;
    throw error;
  }
}
