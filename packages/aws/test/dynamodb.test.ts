import { deepStrictEqual } from 'node:assert';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { createRunner, memoryPublisher } from '@xorca/core';
import { lockContract, simulate, storeContract } from '@xorca/testing';
import { describe, expect, it } from 'vitest';
import { memoryObjects } from '../../core/test/support/memory-objects.ts';
import { dynamodbLock, dynamodbStore } from '../src/index.ts';
import { lockUnderTest, storeUnderTest, testDynamodb } from './support/dynamodb.ts';
import { record } from './support/record.ts';
import { walk, walkFleet, walkOrchestrator } from './support/walk.ts';

const database = testDynamodb();

it('the emulator rejects a stale write, and shows with the refusal what is there', async () => {
  const table = await database.table();
  const put = (token: string, expected?: string) =>
    database.client.send(
      new PutItemCommand({
        TableName: table,
        Item: { pk: { S: 'process#p' }, token: { S: token } },
        ConditionExpression: expected === undefined ? 'attribute_not_exists(pk)' : '#token = :expected',
        ...(expected === undefined
          ? {}
          : {
              ExpressionAttributeNames: { '#token': 'token' },
              ExpressionAttributeValues: { ':expected': { S: expected } },
            }),
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
  await put('1');
  await put('2', '1');
  for (const stale of [put('3', '1'), put('3')]) {
    await expect(stale).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      Item: { pk: { S: 'process#p' }, token: { S: '2' } },
    });
  }
});

const VARIANTS = {
  plain: () => ({}),
  compressed: () => ({ compression: { minBytes: 0 } }),
  'with overflow': () => ({ overflow: { objects: memoryObjects(), threshold: 100_000 } }),
  'compressed, with overflow and expiry': () => ({
    compression: true,
    overflow: { objects: memoryObjects() },
    expireAfter: '14d' as const,
    wakeShards: 1,
  }),
};

for (const [variant, options] of Object.entries(VARIANTS)) {
  describe(`dynamodbStore, ${variant}`, () => {
    for (const { name, show } of storeContract) {
      it(name, async () => {
        const needs = await show(() => storeUnderTest(database, options()));
        // With overflow there is no limit to show.
        const isLimit = variant.includes('overflow') && name.startsWith('where the maker names a limit');
        deepStrictEqual(needs, isLimit ? 'maxBodyBytes' : undefined, name);
      });
    }
  });
}

describe('dynamodbLock', () => {
  for (const { name, show } of lockContract) {
    it(name, async () => deepStrictEqual(await show(() => lockUnderTest(database)), undefined));
  }
});

it('of 16 that save at once one wins, round after round, also after a delete, and the rest conflict', async () => {
  const { client } = database;
  const store = dynamodbStore({ client, table: await database.table() });
  let revision: string | number | undefined;
  for (let round = 1; round <= 20; round++) {
    const body = (n: number) => `${round}/${n} ${'x'.repeat(n * 997)}`;
    const results = await Promise.allSettled(
      Array.from({ length: 16 }, (_, n) =>
        store.save(record('p', { revision: round, wakeAt: round, body: body(n) }), revision),
      ),
    );
    const winners = results.flatMap((result, n) =>
      result.status === 'fulfilled' ? [{ n, revision: result.value }] : [],
    );
    for (const loser of results.filter(({ status }) => status === 'rejected')) {
      expect(loser).toMatchObject({ reason: { code: 'XORCA_CONFLICT' } });
    }
    expect(winners).toHaveLength(1);
    revision = winners[0]?.revision;
    expect(await store.load('p')).toMatchObject({ record: { body: body(winners[0]?.n ?? -1) }, revision });
    if (round % 5 !== 0) continue;
    await store.delete?.('p');
    await expect(store.save(record('p'), revision)).rejects.toMatchObject({ code: 'XORCA_CONFLICT' });
    revision = undefined;
  }
});

it('a runner that lost a race goes on from what the refusal showed, without another load', async () => {
  const { client, wire } = database;
  const table = await database.table();
  const other = dynamodbStore({ client, table });
  let intrude = false;
  const intruded = {
    async send(command: never) {
      if (intrude && (command as object) instanceof PutItemCommand) {
        intrude = false;
        const stored = await other.load('p');
        if (stored)
          await other.save({ ...stored.record, revision: stored.record.revision + 1 }, stored.revision);
      }
      return client.send(command) as Promise<unknown>;
    },
  };
  const store = dynamodbStore({ client: intruded, table });
  const runner = createRunner(walkOrchestrator, { store, publisher: memoryPublisher() });
  await runner.start({ id: 'p', input: { book: 'Opticks' } });
  const before = wire.calls.length;
  intrude = true;
  expect((await runner.cancel('p')).status).toBe('cancelled');
  const actions = wire.calls.slice(before).map(({ action }) => action);
  // The second load and the first save are the other one's.
  expect(actions.slice(0, 5)).toEqual(['GetItem', 'GetItem', 'PutItem', 'PutItem', 'PutItem']);
});

it('every kind of step works, over store and lock', async () => {
  const { client } = database;
  const place = { client, table: await database.table() };
  const { reports, states, stuck, resting, cancelled } = await walk({
    store: dynamodbStore({ ...place, expireAfter: '30d' }),
    lock: dynamodbLock(place),
  });
  expect(reports).toEqual([]);
  expect(states).toEqual(['Fetching', 'Resting', 'Read']);
  expect(stuck).toEqual(['lost error']);
  expect(resting).toEqual(['lost']);
  expect(cancelled).toBe('cancelled');
});

it('every process comes to its end in worlds where functions die and events come twice', {
  timeout: 120_000,
}, async () => {
  const { client } = database;
  await simulate(walkOrchestrator, walkFleet, {
    seeds: 5,
    events: ({ id }) => [{ type: 'evt.book.wanted', data: { book: id } }],
    shrink: false,
    store: async () => dynamodbStore({ client, table: await database.table(), compression: true }),
    invariant: ({ processes }) => [...processes.values()].every(({ status }) => status === 'done'),
  });
});
