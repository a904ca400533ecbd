import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Emulator } from '../emulator.ts';
import { CREDENTIALS } from './credentials.ts';
import { startDynamoDb } from './dynamodb.ts';

let emulator: Emulator;
let client: DynamoDBClient;

beforeAll(async () => {
  emulator = await startDynamoDb();
  client = new DynamoDBClient({ ...CREDENTIALS, endpoint: emulator.endpoint, maxAttempts: 1 });
  await client.send(
    new CreateTableCommand({
      TableName: 'items',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'shard', AttributeType: 'S' },
        { AttributeName: 'at', AttributeType: 'N' },
      ],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'due',
          KeySchema: [
            { AttributeName: 'shard', KeyType: 'HASH' },
            { AttributeName: 'at', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  );
});
afterAll(async () => {
  client?.destroy();
  await emulator?.stop();
});

function put(pk: string, revision: number, expected?: number, more: Record<string, { S: string }> = {}) {
  return new PutItemCommand({
    TableName: 'items',
    Item: { pk: { S: pk }, revision: { N: String(revision) }, ...more },
    ConditionExpression: expected === undefined ? 'attribute_not_exists(#pk)' : '#revision = :expected',
    ExpressionAttributeNames: expected === undefined ? { '#pk': 'pk' } : { '#revision': 'revision' },
    ...(expected === undefined
      ? {}
      : { ExpressionAttributeValues: { ':expected': { N: String(expected) } } }),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
}

it('a stale write is refused, changes nothing, and is shown the item it met', async () => {
  await client.send(put('stale', 1));
  await client.send(put('stale', 2, 1));

  const refusal = await client.send(put('stale', 9, 1)).catch((error: unknown) => error);

  expect(refusal).toBeInstanceOf(ConditionalCheckFailedException);
  expect((refusal as ConditionalCheckFailedException).Item?.['revision']).toEqual({ N: '2' });
  const { Item } = await client.send(
    new GetItemCommand({ TableName: 'items', Key: { pk: { S: 'stale' } }, ConsistentRead: true }),
  );
  expect(Item?.['revision']).toEqual({ N: '2' });
});

it('a second write of what must be new is refused', async () => {
  await client.send(put('new', 1));
  await expect(client.send(put('new', 1))).rejects.toThrow(ConditionalCheckFailedException);
});

it('of many writes at the same revision, one is taken', async () => {
  await client.send(put('race', 0));
  const ends = await Promise.allSettled(Array.from({ length: 20 }, () => client.send(put('race', 1, 0))));
  expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

it('an item over 409,600 bytes is refused', async () => {
  await expect(client.send(put('large', 1, undefined, { body: { S: 'x'.repeat(409_600) } }))).rejects.toThrow(
    /size/i,
  );
});

it('a transaction is done as a whole or not at all, and says which part was refused', async () => {
  await client.send(put('part', 1));
  const write = new TransactWriteItemsCommand({
    TransactItems: [
      { Put: { TableName: 'items', Item: { pk: { S: 'other' } } } },
      {
        Put: {
          TableName: 'items',
          Item: { pk: { S: 'part' } },
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      },
    ],
  });

  const refusal = await client.send(write).catch((error: unknown) => error);

  expect(refusal).toBeInstanceOf(TransactionCanceledException);
  const reasons = (refusal as TransactionCanceledException).CancellationReasons;
  expect(reasons?.map(({ Code }) => Code)).toEqual(['None', 'ConditionalCheckFailed']);
  const { Item } = await client.send(
    new GetItemCommand({ TableName: 'items', Key: { pk: { S: 'other' } }, ConsistentRead: true }),
  );
  expect(Item).toBeUndefined();
});

it('an index has only the items with its keys, in the order of their numbers', async () => {
  await client.send(put('untimed', 1));
  for (const [pk, at] of [
    ['late', 1_000],
    ['soon', 9],
  ] as const) {
    await client.send(
      new PutItemCommand({
        TableName: 'items',
        Item: { pk: { S: pk }, shard: { S: '0' }, at: { N: String(at) } },
      }),
    );
  }
  const { Items } = await client.send(
    new QueryCommand({
      TableName: 'items',
      IndexName: 'due',
      KeyConditionExpression: '#shard = :shard AND #at <= :now',
      ExpressionAttributeNames: { '#shard': 'shard', '#at': 'at' },
      ExpressionAttributeValues: { ':shard': { S: '0' }, ':now': { N: '1000' } },
    }),
  );
  expect(Items?.map(({ pk }) => pk?.S)).toEqual(['soon', 'late']);
});

it('an unquoted reserved word, and a table that is not there, are refused', async () => {
  await expect(
    client.send(
      new PutItemCommand({
        TableName: 'items',
        Item: { pk: { S: 'word' } },
        ConditionExpression: 'attribute_not_exists(status)',
      }),
    ),
  ).rejects.toThrow(/reserved keyword/i);
  await expect(
    client.send(new GetItemCommand({ TableName: 'nowhere', Key: { pk: { S: 'a' } } })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});
