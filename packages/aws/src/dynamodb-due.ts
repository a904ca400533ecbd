import type { QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import { XorcaError } from '@xorca/core';
import type { DynamodbTable } from './dynamodb-client.ts';
import { type Item, idOf } from './dynamodb-item.ts';
import { WAKE_INDEX } from './dynamodb-table.ts';

// A hash key of an index takes about 1,000 writes a second, and a moment that is set or cleared is one: ten take what a table takes
// before it has grown, and asking ten at once costs no more time than asking one.
const DEFAULT_SHARDS = 10;
// `due` asks each of them, and a client of the SDK has 50 connections.
const MOST_SHARDS = 100;
// More would not fit into the 1 MB of an answer, were the ids long.
const LARGEST_PAGE = 1_000;

/** The number of shards that the wakes are spread over; `XORCA_CONFIG` for one that cannot be. */
export function checkedShards(wakeShards: number = DEFAULT_SHARDS): number {
  if (Number.isInteger(wakeShards) && wakeShards >= 1 && wakeShards <= MOST_SHARDS) return wakeShards;
  throw new XorcaError(
    'XORCA_CONFIG',
    `wakeShards of dynamodbStore must be a whole number from 1 to ${MOST_SHARDS}, not ${wakeShards}.`,
  );
}

/** The shard of a key: the same for all its saves, so that most of them leave the index alone. */
export function shardOf(key: string, shards: number): string {
  // FNV-1a: spreads keys that differ only at their end.
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return String((hash >>> 0) % shards);
}

interface Waking {
  readonly id: string;
  readonly wakeAt: number;
}

/** Ids of what is due, earliest first, from all shards. */
export async function dueIds(
  table: DynamodbTable,
  shards: number,
  now: number,
  limit: number,
): Promise<readonly string[]> {
  const most = Math.max(0, Math.trunc(limit));
  if (!(most > 0)) return [];
  // Any of the earliest may lie in any shard, all of them in one even.
  const found = await Promise.all(
    Array.from({ length: shards }, (_, shard) => dueOfShard(table, String(shard), now, most)),
  );
  const sorted = found.flat().sort((a, b) => a.wakeAt - b.wakeAt);
  return sorted.slice(0, most).map(({ id }) => id);
}

async function dueOfShard(table: DynamodbTable, shard: string, now: number, most: number): Promise<Waking[]> {
  const found: Waking[] = [];
  let from: Item | undefined;
  do {
    const page = await table.send<QueryCommandOutput>(
      'Query',
      (sdk) =>
        new sdk.QueryCommand({
          TableName: table.name,
          IndexName: WAKE_INDEX,
          KeyConditionExpression: '#wakeShard = :shard AND #wakeAt <= :now',
          ExpressionAttributeNames: { '#wakeShard': 'wakeShard', '#wakeAt': 'wakeAt' },
          // No moment of JavaScript lies behind this one, and DynamoDB has no infinite number.
          ExpressionAttributeValues: {
            ':shard': { S: shard },
            ':now': { N: String(Math.min(now, Number.MAX_SAFE_INTEGER)) },
          },
          Limit: Math.min(most - found.length, LARGEST_PAGE),
          ExclusiveStartKey: from,
        }),
    );
    for (const item of page.Items ?? []) {
      // One that is damaged is named all the same: whoever loads it says what is wrong with it.
      const id = idOf(item);
      if (id !== undefined) found.push({ id, wakeAt: Number(item['wakeAt']?.N) });
    }
    from = page.LastEvaluatedKey;
  } while (from !== undefined && found.length < most);
  return found;
}
