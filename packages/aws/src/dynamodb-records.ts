import type { GetItemCommandOutput } from '@aws-sdk/client-dynamodb';
import {
  isXorcaError,
  type ProcessRecord,
  type ProcessStore,
  type Revision,
  type StoredProcess,
} from '@xorca/core';
import { conflict } from '@xorca/core/backend';
import { type DynamodbTable, isRefused, isTooLarge } from './dynamodb-client.ts';
import { dueIds, shardOf } from './dynamodb-due.ts';
import { type Item, processKey, storedOfItem, toItem, tokenOf } from './dynamodb-item.ts';
import { listPage } from './dynamodb-list.ts';
import { itemBytes, MAX_ITEM_BYTES, tooLarge } from './dynamodb-size.ts';

/** How records lie in a table. */
export interface DynamodbRecords {
  readonly table: DynamodbTable;
  readonly shards: number;
  /** How long processes stay that have ended. Undefined: for ever. */
  readonly expireAfterMs: number | undefined;
}

/** Keeps each process as one item, body and all. */
export function dynamodbRecords({ table, shards, expireAfterMs }: DynamodbRecords): ProcessStore {
  const TableName = table.name;

  // Whoever lost a race has the winner's record with the refusal. What cannot be read is for the load to tell.
  function readable(item: Item | undefined): StoredProcess | undefined {
    try {
      return item && storedOfItem(item, TableName);
    } catch (error) {
      if (!isXorcaError(error, 'XORCA_CORRUPT_RECORD')) throw error;
      return undefined;
    }
  }

  const store: ProcessStore = {
    async load(id) {
      const Key = processKey(id);
      const { Item: item } = await table.send<GetItemCommandOutput>(
        'GetItem',
        (sdk) => new sdk.GetItemCommand({ TableName, Key, ConsistentRead: true }),
        id,
      );
      return item && storedOfItem(item, TableName);
    },

    async save(record, expected): Promise<Revision> {
      const { id } = record;
      // Never the same again, so it tells a record that was made anew from its former life, and our own write from another's.
      const token = crypto.randomUUID();
      const item = toItem(record, {
        token,
        wakeShard: shardOf(id, shards),
        expiresAt: expiresAt(record, expireAfterMs),
      });
      if (itemBytes(item) > MAX_ITEM_BYTES) throw tooLarge(id, item);
      const condition =
        expected === undefined
          ? {
              ConditionExpression: 'attribute_not_exists(#pk)',
              ExpressionAttributeNames: { '#pk': 'pk' },
            }
          : {
              ConditionExpression: '#token = :expected',
              ExpressionAttributeNames: { '#token': 'token' },
              ExpressionAttributeValues: { ':expected': { S: String(expected) } },
            };
      try {
        await table.send(
          'PutItem',
          (sdk) =>
            new sdk.PutItemCommand({
              TableName,
              Item: item,
              ...condition,
              ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
            }),
          id,
        );
        return token;
      } catch (error) {
        if (isTooLarge(error)) throw tooLarge(id, item, error);
        if (!isRefused(error)) throw error;
        const { Item: current } = error as { readonly Item?: Item };
        // The answer to an earlier try of the SDK was lost, and this one met what that one had written.
        if (tokenOf(current) === token) return token;
        const stored = readable(current);
        throw conflict(id, expected, stored && { store, stored });
      }
    },

    due: (now, limit) => dueIds(table, shards, now, limit),

    list: (query) => listPage(table, query),

    async delete(id) {
      const Key = processKey(id);
      await table.send('DeleteItem', (sdk) => new sdk.DeleteItemCommand({ TableName, Key }), id);
    },

    ...(expireAfterMs === undefined ? {} : { forgets: true }),
  };
  return store;
}

/** When DynamoDB may remove a record, in epoch seconds: never while something may still come of it. */
function expiresAt(
  { status, stuck, wakeAt, updatedAt }: ProcessRecord,
  expireAfterMs: number | undefined,
): number | undefined {
  // What the bus has refused for good is kept until somebody redrives it, and only `stuck` says so. All that ended in an error are stuck.
  if (stuck && status !== 'error') return undefined;
  // With a wakeAt there is something unsent.
  if (expireAfterMs === undefined || status === 'active' || wakeAt !== null) return undefined;
  return Math.ceil((updatedAt + expireAfterMs) / 1_000);
}
