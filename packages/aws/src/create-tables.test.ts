import { CreateTableCommand, DescribeTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { testDynamodb } from '../test/support/dynamodb.ts';
import { createTables } from './create-tables.ts';
import { dynamodbTable } from './dynamodb-table.ts';

const database = testDynamodb();

describe('createTables', () => {
  it('makes the table with its time to live; again, and by many at once, it changes nothing', async () => {
    const { client } = database;
    await Promise.all(Array.from({ length: 8 }, () => createTables({ client, table: 'many' })));
    await createTables({ client, table: 'many' });
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: 'many' }));
    expect(TimeToLiveDescription).toMatchObject({ AttributeName: 'expiresAt', TimeToLiveStatus: 'ENABLED' });
  });

  it('takes a time to live that is set already, and refuses another one', async () => {
    const { client, wire } = database;
    const answering = (message: string) => ({
      async send(command: never) {
        if ((command as object).constructor.name !== 'UpdateTimeToLiveCommand') return client.send(command);
        const body = { __type: 'com.amazonaws.dynamodb.v20120810#ValidationException', message };
        return wire.during({ status: 400, body }, () => client.send(command));
      },
    });
    await createTables({ client: answering('TimeToLive is already enabled'), table: 'ttl' });
    const other = answering(
      'TimeToLive is active on a different AttributeName: current AttributeName is ttl',
    );
    await expect(createTables({ client: other, table: 'ttl' })).rejects.toMatchObject({
      code: 'XORCA_CONFIG',
      message: expect.stringMatching(/"ttl" goes by another attribute than expiresAt/),
    });
    await expect(createTables({ client: answering('no'), table: 'ttl' })).rejects.toMatchObject({
      code: 'XORCA_UNAVAILABLE',
    });
  });

  it('waits for a table that DynamoDB does not show yet, right after it was made', async () => {
    const { client, wire } = database;
    const body = { __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException', message: 'no' };
    let looks = 0;
    const late = {
      async send(command: never) {
        const isLook = (command as object).constructor.name === 'DescribeTableCommand';
        if (!isLook || ++looks > 2) return client.send(command);
        return wire.during({ status: 400, body }, () => client.send(command));
      },
    };
    const timers = { setTimeout: (run: () => void) => run(), clearTimeout: () => undefined };
    await createTables({ client: late, table: 'late', timers });
    expect(looks).toBe(3);
  });

  it('waits until the table and its index are ready, and not for ever', async () => {
    const { client } = database;
    let looks = 0;
    const slow = (most: number) => ({
      async send(command: never) {
        const answer = (await client.send(command)) as { Table?: Record<string, unknown> };
        if (!answer.Table || ++looks > most) return answer;
        const index = (answer.Table['GlobalSecondaryIndexes'] as object[])[0];
        const half = looks % 2 ? { TableStatus: 'CREATING' } : {};
        const other = { GlobalSecondaryIndexes: [{ ...index, IndexStatus: 'CREATING' }] };
        return { ...answer, Table: { ...answer.Table, ...(looks % 2 ? half : other) } };
      },
    });
    const waits: number[] = [];
    const timers = {
      setTimeout(run: () => void, ms: number) {
        waits.push(ms);
        run();
      },
      clearTimeout() {},
    };
    await createTables({ client: slow(4), table: 'slow', timers });
    expect(waits).toEqual([1_000, 1_000, 1_000, 1_000]);
    looks = 0;
    await expect(
      createTables({ client: slow(Number.POSITIVE_INFINITY), table: 'slow', timers }),
    ).rejects.toMatchObject({ code: 'XORCA_UNAVAILABLE', retryable: true });
  });

  it('refuses a table of that name with other keys, or without the index as it must be', async () => {
    const { client } = database;
    const { AttributeDefinitions, GlobalSecondaryIndexes, ...rest } = dynamodbTable('');
    const [pk, wakeShard, wakeAt] = AttributeDefinitions;
    const index = GlobalSecondaryIndexes[0];
    if (!pk || !wakeShard || !wakeAt || !index) throw new Error('The definition has other parts.');
    const defined = { ...rest, AttributeDefinitions, GlobalSecondaryIndexes };
    const text = { AttributeName: 'wakeAt', AttributeType: 'S' as const };
    const tables = {
      'its key is id (S, HASH), not pk (S, HASH)': {
        ...rest,
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' as const }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' as const }],
      },
      'it has no index "wake"': { ...rest, AttributeDefinitions: [pk] },
      'the key of its index "wake" is wakeShard (S, HASH), wakeAt (S, RANGE)': {
        ...defined,
        AttributeDefinitions: [pk, wakeShard, text],
      },
      'its index "wake" has no attribute id': {
        ...defined,
        GlobalSecondaryIndexes: [{ ...index, Projection: { ProjectionType: 'KEYS_ONLY' as const } }],
      },
    };
    for (const [n, [fault, definition]] of Object.entries(tables).entries()) {
      const table = `other-${n}`;
      await client.send(new CreateTableCommand({ ...definition, TableName: table }));
      const error = await createTables({ client, table }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'XORCA_CONFIG' });
      expect((error as Error).message).toContain(`There is a table "${table}" already, and ${fault}`);
    }
    const all = {
      ...defined,
      GlobalSecondaryIndexes: [{ ...index, Projection: { ProjectionType: 'ALL' as const } }],
    };
    await client.send(new CreateTableCommand({ ...all, TableName: 'all' }));
    await createTables({ client, table: 'all' });
  });

  it('refuses options that cannot be meant', async () => {
    await expect(createTables({} as never)).rejects.toThrow('createTables needs table');
    await expect(createTables({ table: 't', tables: 1 } as never)).rejects.toThrow('Did you mean "table"?');
  });
});
