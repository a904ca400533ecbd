import { DynamoDBClient, GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { XorcaError } from '@xorca/core';
import { describe, expect, it } from 'vitest';
import { memoryObjects } from '../../core/test/support/memory-objects.ts';
import { storeUnderTest, testDynamodb } from '../test/support/dynamodb.ts';
import { record } from '../test/support/record.ts';
import { dynamodbStore } from './dynamodb-store.ts';
import { dynamodbTable } from './dynamodb-table.ts';
import { CreateTableCommand } from './sdk/dynamodb-sdk.ts';

const database = testDynamodb();
const DAY_MS = 86_400_000;

type Options = Omit<Parameters<typeof dynamodbStore>[0], 'table'>;

async function fresh(options: Options = {}) {
  const table = await database.table();
  return { table, store: dynamodbStore({ client: database.client, table, ...options }) };
}

const rawItem = async (table: string, id: string) =>
  (
    await database.client.send(
      new GetItemCommand({ TableName: table, Key: { pk: { S: `process#${id}` } }, ConsistentRead: true }),
    )
  ).Item;

const refuse = (type: string, message: string, status = 400) => ({
  status,
  body: { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message },
});

describe('a save whose answer is lost', () => {
  it('went through, when the second try of the SDK meets the first one: as a create and as an update', async () => {
    const { table, store } = await fresh({ client: database.patient });
    const twice = async (work: () => Promise<string | number>) => {
      const before = database.wire.calls.length;
      const revision = await database.wire.during('lostReply', work, 1);
      expect(database.wire.calls.slice(before).map(({ action }) => action)).toEqual(['PutItem', 'PutItem']);
      return revision;
    };
    const created = await twice(() => store.save(record('p', { body: 'A' }), undefined));
    expect((await store.load('p'))?.revision).toBe(created);
    const updated = await twice(() => store.save(record('p', { body: 'B', revision: 2 }), created));
    expect(await store.load('p')).toEqual({
      record: record('p', { body: 'B', revision: 2 }),
      revision: updated,
    });
    expect((await rawItem(table, 'p'))?.['token']).toEqual({ S: updated });
  });

  it('is a conflict when somebody else saved before the second try', async () => {
    const { table, store } = await fresh();
    const first = await store.save(record('p'), undefined);
    // The client of the SDK tries again by hand here, so that another one comes in between.
    const client = {
      async send(command: PutItemCommand) {
        await database.client.send(command);
        const current = (await store.load('p'))?.revision;
        await store.save(record('p', { body: 'other', revision: 3 }), current);
        return database.client.send(command);
      },
    };
    const slow = dynamodbStore({ client, table });
    const save = slow.save(record('p', { body: 'mine', revision: 2 }), first);
    await expect(save).rejects.toMatchObject({ code: 'XORCA_CONFLICT' });
    expect((await store.load('p'))?.record.body).toBe('other');
  });
});

describe('what a table has that is no record', () => {
  it('is XORCA_CORRUPT_RECORD for a load, named by due, and left out of lists', async () => {
    const { table, store } = await fresh();
    const damage: Record<string, object> = {
      id: { S: 'other' },
      orchestrator: { N: '1' },
      status: { S: 'asleep' },
      states: { L: [{ N: '1' }] },
      stuck: { S: 'true' },
      revision: { S: 'x' },
      updatedAt: { NULL: true },
      token: { N: '1' },
      body: { B: new Uint8Array([1]) },
    };
    await store.save(record('whole', { wakeAt: 1 }), undefined);
    for (const [name, value] of Object.entries(damage)) {
      await store.save(record(name, { wakeAt: 2 }), undefined);
      await database.client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: { pk: { S: `process#${name === 'updatedAt' ? 'updated=at' : name}` } },
          UpdateExpression: 'SET #x = :x',
          ExpressionAttributeNames: { '#x': name },
          ExpressionAttributeValues: { ':x': value as never },
        }),
      );
      await expect(store.load(name), name).rejects.toMatchObject({
        code: 'XORCA_CORRUPT_RECORD',
        processId: name,
        message: expect.stringMatching(new RegExp(`"${name}".*table "${table}".*attribute ${name} is`)),
      });
    }
    const due = await store.due(10, 100);
    expect([...due].sort()).toEqual([...Object.keys(damage), 'whole'].sort());
    // A list shows no bodies and no tokens, so it does not miss them.
    expect((await store.list({})).items.map(({ id }) => id).sort()).toEqual(['body', 'token', 'whole']);
    await expect(store.save(record('status'), 'stale')).rejects.toMatchObject({ code: 'XORCA_CONFLICT' });
  });

  it('shows locks and items of others in no list, and in no due', async () => {
    const { table, store } = await fresh();
    for (let n = 0; n < 120; n++) {
      await database.client.send(
        new PutItemCommand({
          TableName: table,
          Item: { pk: { S: `lock#${n}` }, wakeShard: { S: '0' }, wakeAt: { N: '1' } },
        }),
      );
    }
    for (const id of ['a', 'b', 'c']) await store.save(record(id), undefined);
    expect(await store.due(10, 1_000)).toEqual([]);
    const seen: string[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const page: Awaited<ReturnType<typeof store.list>> = await store.list(
        cursor ? { limit: 1, cursor } : { limit: 1 },
      );
      expect(page.items.length).toBeLessThanOrEqual(1);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next;
    }
    expect(seen.sort()).toEqual(['a', 'b', 'c']);
  });
});

describe('records', () => {
  it('keep texts that UTF-8 cannot carry, in whatever attribute, and are found by them', async () => {
    const { store } = await fresh();
    const text = '\ufeffa\0b \ud800 \udfff \ufdd0 \ufdd0d800 🦈';
    const odd = record('p\0', {
      orchestrator: text,
      version: text,
      states: [text, ''],
      body: text.repeat(9),
    });
    await store.save(odd, undefined);
    await store.save(record('other'), undefined);
    expect((await store.load('p\0'))?.record).toEqual(odd);
    const { body: _, ...summary } = odd;
    for (const filter of [{ orchestrator: text }, { version: text }, { state: text }, { state: '' }]) {
      expect((await store.list(filter)).items).toEqual([summary]);
    }
  });

  it('over the limit of an item are refused with what to do, before the wire where it is sure, else by DynamoDB', async () => {
    const { store } = await fresh();
    const asked = database.wire.calls.length;
    const error = await store.save(record('p', { body: 'x'.repeat(500_000) }), undefined).catch((e) => e);
    expect(error).toMatchObject({ code: 'XORCA_STATE_TOO_LARGE', processId: 'p', retryable: false });
    expect(error.message).toMatch(/"p".*500\d\d\d bytes.*409600.*overflow.*compression/);
    expect(database.wire.calls.length).toBe(asked);
    const refusal = refuse('ValidationException', 'Item size has exceeded the maximum allowed size');
    const save = () => store.save(record('q', { body: 'x' }), undefined);
    await expect(database.wire.during(refusal, save)).rejects.toMatchObject({
      code: 'XORCA_STATE_TOO_LARGE',
    });
  });

  it('that overflow leave only a reference in the table, and what nobody names is swept', async () => {
    const objects = memoryObjects();
    const table = await database.table();
    let now = 1_750_000_000_000;
    const overflow = { objects, threshold: 1_000, prefix: 'bodies/' };
    for (const compression of [false, true]) {
      const store = dynamodbStore({
        client: database.client,
        table,
        overflow,
        compression,
        clock: { now: () => now },
      });
      const id = `p${compression}`;
      const body = Array.from({ length: 2_000 }, (_, n) => (n * 48_271) % 99_991).join();
      const revision = await store.save(record(id, { body }), undefined);
      expect((await rawItem(table, id))?.['body']?.S?.length).toBeLessThan(300);
      expect((await store.load(id))?.record.body).toBe(body);
      await database.wire.during('lostReply', async () => {
        await expect(store.save(record(id, { body: `${body}!` }), 'x|sx')).rejects.toBeInstanceOf(XorcaError);
      });
      now += 30 * 60_000;
      await store.save(record(id, { revision: 2 }), revision);
      await store.sweep(now);
      expect([...objects.texts.keys()].filter((key) => key.includes(id))).toEqual([]);
    }
  });
});

describe('expireAfter', () => {
  it('dates records that have ended and wait for nothing, and no others', async () => {
    const { table, store } = await fresh({ expireAfter: '14d' });
    expect(store.forgets).toBe(true);
    const updatedAt = 1_750_000_000_001;
    const cases = [
      [{ status: 'active', wakeAt: null }, undefined],
      [{ status: 'active', wakeAt: 5 }, undefined],
      [{ status: 'done', wakeAt: 5 }, undefined],
      // An event of it was refused for good, and waits for a redrive.
      [{ status: 'done', wakeAt: null, stuck: true }, undefined],
      [{ status: 'cancelled', wakeAt: null, stuck: true }, undefined],
      [{ status: 'done', wakeAt: null }, 1],
      [{ status: 'error', wakeAt: null, stuck: true }, 1],
      [{ status: 'cancelled', wakeAt: null }, 1],
    ] as const;
    let revision: string | number | undefined;
    for (const [part, dated] of cases) {
      revision = await store.save(record('p', { ...part, updatedAt }), revision);
      const item = await rawItem(table, 'p');
      // Whole seconds, rounded up: never before its time.
      const at = { N: String(Math.ceil((updatedAt + 14 * DAY_MS) / 1_000)) };
      expect(item?.['expiresAt'], JSON.stringify(part)).toEqual(dated && at);
    }
    await store.save(record('p', { updatedAt }), revision);
    expect(await rawItem(table, 'p')).not.toHaveProperty('expiresAt');
  });

  it('means nothing while the record is still there', async () => {
    const { store } = await fresh({ expireAfter: '30d' });
    const ended = record('p', { status: 'done', updatedAt: 0 });
    const revision = await store.save(ended, undefined);
    expect(await store.load('p')).toEqual({ record: ended, revision });
    expect((await store.list({})).items).toHaveLength(1);
    await expect(store.save(ended, undefined)).rejects.toMatchObject({ code: 'XORCA_CONFLICT' });
    await store.save(record('p', { revision: 2 }), revision);
  });

  it('left out, nothing is dated and nothing forgotten', async () => {
    const { table, store } = await fresh();
    await store.save(record('p', { status: 'done' }), undefined);
    expect(await rawItem(table, 'p')).not.toHaveProperty('expiresAt');
    expect(store.forgets).toBeUndefined();
  });
});

describe('due', () => {
  it('finds what waits in every shard, also in those of a smaller number than now', async () => {
    const { table, store } = await fresh();
    const ids = Array.from({ length: 100 }, (_, n) => `order-${n}`);
    await Promise.all(ids.map((id, n) => store.save(record(id, { wakeAt: n }), undefined)));
    const more = dynamodbStore({ client: database.client, table, wakeShards: 20 });
    for (const one of [store, more]) {
      expect(await one.due(1_000, 1_000)).toEqual(ids);
      expect(await one.due(49, 7)).toEqual(ids.slice(0, 7));
      expect(await one.due(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)).toHaveLength(100);
      expect(await one.due(10, -1)).toEqual([]);
      expect(await one.due(10, 2.7)).toHaveLength(2);
    }
    const shards = await Promise.all(ids.map(async (id) => (await rawItem(table, id))?.['wakeShard']?.S));
    expect(new Set(shards).size).toBe(10);
  });

  it('turns the pages of a shard that has more than one answer takes', async () => {
    const { store } = await fresh({ wakeShards: 1 });
    // 24 KB each in the index: 1 MB is full after some forty.
    const ids = Array.from({ length: 60 }, (_, n) => `${String(n).padStart(2, '0')}${'日'.repeat(8_000)}`);
    for (const [n, id] of ids.entries()) await store.save(record(id, { wakeAt: n }), undefined);
    const before = database.wire.calls.length;
    expect(await store.due(100, 1_000)).toEqual(ids);
    expect(database.wire.calls.length - before).toBeGreaterThan(1);
    expect(await store.due(100, 50)).toEqual(ids.slice(0, 50));
  });
});

describe('errors', () => {
  it('of a table that is not there say how to make it', async () => {
    const store = dynamodbStore({ client: database.client, table: 'nowhere' });
    for (const [action, call] of Object.entries({
      GetItem: () => store.load('p'),
      PutItem: () => store.save(record('p'), undefined),
      DeleteItem: async () => store.delete?.('p'),
      Query: () => store.due(1, 1),
      Scan: () => store.list({}),
    })) {
      await expect(call(), action).rejects.toMatchObject({
        code: 'XORCA_CONFIG',
        message: expect.stringMatching(
          new RegExp(`There is no table "nowhere" in region eu-central-1 .*dynamodb:${action}.*createTables`),
        ),
      });
    }
  });

  it('of a table with other keys, or without the index, say so', async () => {
    const { client } = database;
    const definition = dynamodbTable('no-index');
    await client.send(
      new CreateTableCommand({
        ...definition,
        AttributeDefinitions: definition.AttributeDefinitions.slice(0, 1),
        GlobalSecondaryIndexes: undefined,
      }),
    );
    await client.send(
      new CreateTableCommand({
        TableName: 'other-keys',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'key', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'key', KeyType: 'HASH' }],
      }),
    );
    const [noIndex, otherKeys] = ['no-index', 'other-keys'].map((table) => dynamodbStore({ client, table }));
    for (const call of [
      () => noIndex?.due(1, 1),
      () => otherKeys?.load('p'),
      () => otherKeys?.save(record('p', { revision: 2 }), 'x'),
      () => otherKeys?.due(1, 1),
    ]) {
      await expect(call()).rejects.toMatchObject({
        code: 'XORCA_CONFIG',
        message: expect.stringMatching(/keys or the indexes of table ".*needs the key pk and the index wake/),
      });
    }
  });

  it('of a missing permission name the action, and those of throttling can be tried again', async () => {
    const { table, store } = await fresh();
    const denied = refuse(
      'AccessDeniedException',
      'User: arn:aws:sts::1:x is not authorized to perform: dynamodb:PutItem',
    );
    const save = () => store.save(record('p'), undefined);
    await expect(database.wire.during(denied, save)).rejects.toMatchObject({
      code: 'XORCA_CONFIG',
      message: expect.stringMatching(`No permission for dynamodb:PutItem on table "${table}"`),
      processId: 'p',
      retryable: false,
    });
    await expect(database.wire.during('throttled', save)).rejects.toMatchObject({
      code: 'XORCA_UNAVAILABLE',
      message: expect.stringMatching('asked too much'),
      retryable: true,
    });
    const other = refuse('ValidationException', 'Supplied AttributeValue is empty');
    await expect(database.wire.during(other, save)).rejects.toMatchObject({
      code: 'XORCA_UNAVAILABLE',
      retryable: false,
    });
    expect(await store.load('p')).toBeUndefined();
  });

  it('of a region that nobody knows say how to give one', async () => {
    const { endpoint } = database.wire;
    const client = new DynamoDBClient({
      endpoint,
      region: async () => {
        throw new Error('Region is missing');
      },
      credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    });
    await expect(dynamodbStore({ client, table: 'table' }).load('p')).rejects.toMatchObject({
      code: 'XORCA_CONFIG',
      message: expect.stringMatching('AWS_REGION'),
    });
  });

  it('of a cursor that no list gave are XORCA_CONFIG', async () => {
    const { store } = (await storeUnderTest(database)) as { store: ReturnType<typeof dynamodbStore> };
    for (const cursor of ['', ' ', 'p', '{"pk":{"S":"x"}}', '../x', '\0', 'YQ==', 'Y'.repeat(9_999), '🦈']) {
      await expect(store.list({ cursor }), cursor).rejects.toMatchObject({ code: 'XORCA_CONFIG' });
    }
  });

  it('of options that cannot be meant are XORCA_CONFIG', () => {
    const { client } = database;
    const table = 'table';
    const objects = memoryObjects();
    for (const [options, message] of [
      [{ client }, 'needs table'],
      [{ client, table: '' }, 'needs table'],
      [{ client, table: 'my table' }, '3 to 255 letters'],
      [{ client: {}, table }, 'has no method send'],
      [{ client, table, wakeShard: 5 }, 'Did you mean "wakeShards"?'],
      [{ client, table, wakeShards: 0 }, 'a whole number from 1 to 100'],
      [{ client, table, wakeShards: 101 }, 'a whole number from 1 to 100'],
      [{ client, table, wakeShards: 1.5 }, 'a whole number from 1 to 100'],
      [{ client, table, expireAfter: '13d' }, 'must be at least \'14d\', not "13d": SQS keeps'],
      [{ client, table, expireAfter: 'soon' }, 'expireAfter of dynamodbStore must be'],
      [{ client, table, compression: { level: 9 } }, 'compress has no option "level"'],
      [{ client, table, overflow: { bucket: 'b' } }, 'overflow of dynamodbStore has no option "bucket"'],
      [{ client, table, overflow: {} }, 'needs objects'],
      [{ client, table, overflow: { objects, threshold: 400_000 } }, 'up to 380000'],
    ] as const) {
      const make = () => dynamodbStore(options as never);
      expect(make).toThrow(message);
      expect(make).toThrow(expect.objectContaining({ code: 'XORCA_CONFIG' }));
    }
  });
});
