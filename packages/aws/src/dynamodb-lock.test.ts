import { DeleteItemCommand, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { lockUnderTest, testDynamodb } from '../test/support/dynamodb.ts';
import { dynamodbLock } from './dynamodb-lock.ts';

const database = testDynamodb();
const AT_ONCE = { ttlMs: 1_000, timeoutMs: 0 };
const Key = { pk: { S: 'lock#p' } };

const rawItem = async (table: string) =>
  (await database.client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }))).Item;

describe('dynamodbLock', () => {
  it('is taken once, and held, when the answer to taking it is lost and the SDK tries again', async () => {
    const { client, patient, wire } = database;
    const table = await database.table();
    const lock = dynamodbLock({ client: patient, table });
    const lease = await wire.during('lostReply', () => lock.acquire('p', AT_ONCE), 1);
    expect((await rawItem(table))?.['fence']).toEqual({ N: String(lease.fence) });
    await expect(dynamodbLock({ client, table }).acquire('p', AT_ONCE)).rejects.toThrow('held by somebody');
    // So are renewing and giving back.
    await wire.during('lostReply', () => lease.renew(), 1);
    await wire.during('lostReply', () => lease.release(), 1);
    await dynamodbLock({ client, table }).acquire('p', AT_ONCE);
  });

  it('keeps its fence over a release, and begins above it when its item has vanished', async () => {
    const { lock, advance, table } = await lockUnderTest(database);
    let last = 0;
    for (let n = 0; n < 20; n++) {
      const lease = await lock.acquire('p', AT_ONCE);
      expect(lease.fence).toBeGreaterThan(last);
      last = lease.fence;
      await lease.release();
    }
    const item = await rawItem(table);
    expect(item).toMatchObject({ until: { N: '0' }, fence: { N: String(last) } });
    expect(item).not.toHaveProperty('owner');
    await advance(86_400_000);
    await database.client.send(new DeleteItemCommand({ TableName: table, Key }));
    expect((await lock.acquire('p', AT_ONCE)).fence).toBeGreaterThan(last);
  });

  it('lets its item vanish a day after the lease, in epoch seconds, and not before a renewed one', async () => {
    const { lock, advance, table } = await lockUnderTest(database);
    const lease = await lock.acquire('p', { ttlMs: 1_500, timeoutMs: 0 });
    expect((await rawItem(table))?.['expiresAt']).toEqual({ N: '1750086402' });
    await advance(1_000);
    await lease.renew();
    expect((await rawItem(table))?.['expiresAt']).toEqual({ N: '1750086403' });
  });

  it('tries once when it may not wait, and always once, however late it is', async () => {
    const { lock } = await lockUnderTest(database);
    await lock.acquire('p', AT_ONCE);
    const before = database.wire.calls.length;
    await expect(lock.acquire('p', AT_ONCE)).rejects.toMatchObject({ code: 'XORCA_LOCK_TIMEOUT' });
    expect(database.wire.calls.length - before).toBe(1);
  });

  it('given back by somebody who lost it leaves the other one in peace', async () => {
    const { lock, table } = await lockUnderTest(database);
    const lease = await lock.acquire('p', AT_ONCE);
    await database.client.send(
      new UpdateItemCommand({
        TableName: table,
        Key,
        UpdateExpression: 'SET #owner = :thief',
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: { ':thief': { S: 'thief' } },
      }),
    );
    await lease.release();
    expect(await rawItem(table)).toMatchObject({ owner: { S: 'thief' } });
    await expect(lease.renew()).rejects.toMatchObject({ code: 'XORCA_LOCK_LOST' });
  });

  it('16 that want one lock at once have it one after the other, with growing fences', async () => {
    const { client } = database;
    const table = await database.table();
    // Waits are cut short: what is shown is the order, not the patience.
    const timers = {
      setTimeout: (run: () => void, ms: number) => setTimeout(run, ms / 20),
      clearTimeout() {},
    };
    const fences: number[] = [];
    let inside = 0;
    const contend = async () => {
      const lock = dynamodbLock({ client, table, timers });
      for (let turn = 0; turn < 3; turn++) {
        const lease = await lock.acquire('p', { ttlMs: 60_000, timeoutMs: 60_000 });
        expect(++inside).toBe(1);
        fences.push(lease.fence);
        await lease.renew();
        inside--;
        await lease.release();
      }
    };
    await Promise.all(Array.from({ length: 16 }, contend));
    expect(fences).toHaveLength(48);
    expect(fences).toEqual([...new Set(fences)].sort((a, b) => a - b));
  });

  it('says which table is missing, and refuses options that cannot be meant', async () => {
    const { client } = database;
    await expect(dynamodbLock({ client, table: 'nowhere' }).acquire('p', AT_ONCE)).rejects.toMatchObject({
      code: 'XORCA_CONFIG',
      message: expect.stringMatching(/There is no table "nowhere".*dynamodb:UpdateItem.*createTables/),
    });
    expect(() => dynamodbLock({ client } as never)).toThrow('dynamodbLock needs table');
    expect(() => dynamodbLock({ client, tabel: 't' } as never)).toThrow('Did you mean "table"?');
  });
});
