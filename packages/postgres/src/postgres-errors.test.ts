import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { PGlite } from '@electric-sql/pglite';
import { Pool } from 'pg';
import { describe, expect, it } from 'vitest';
import { pglite } from '../test/support/database.ts';
import { record } from '../test/support/record.ts';
import { postgresJournal } from './postgres-journal.ts';
import { postgresLock } from './postgres-lock.ts';
import { createTables } from './postgres-schema.ts';
import { postgresStore } from './postgres-store.ts';

const database = pglite();
const AWAY = { code: 'XORCA_UNAVAILABLE', retryable: true };

const failing = (error: unknown) => ({
  async query(): Promise<never> {
    throw error;
  },
});
const refusing = (code: string, message = 'refused') => failing(Object.assign(new Error(message), { code }));

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('errors of Postgres', () => {
  it('say that createTables was not called, for every port', async () => {
    const place = await database.place(false);
    const calls = [
      postgresStore(place).load('p'),
      postgresStore(place).save(record('p'), undefined),
      postgresStore(place).due(1, 1),
      postgresStore(place).list({}),
      postgresLock(place).acquire('p', { ttlMs: 1, timeoutMs: 0 }),
      postgresJournal(place).append('p', [{ revision: 1, step: 0, at: 1 } as never]),
      postgresJournal(place).processes()[Symbol.asyncIterator]().next(),
      postgresStore({ ...place, schema: 'not_there' }).load('p'),
    ];
    for (const call of calls) {
      const message = expect.stringMatching(/does not exist.*Run createTables of @xorca\/postgres/);
      await expect(call).rejects.toMatchObject({ code: 'XORCA_CONFIG', retryable: false, message });
    }
  });

  it('are retryable while the server only reads, as one that was not promoted yet does', async () => {
    const { client, schema } = await database.place();
    const store = postgresStore({ client, schema });
    await client.query('SET default_transaction_read_only = on');
    try {
      await expect(store.save(record('p'), undefined)).rejects.toMatchObject(AWAY);
    } finally {
      await client.query('SET default_transaction_read_only = off');
    }
    await store.save(record('p'), undefined);
  });

  it.each([
    ['40P01', 'deadlock, time after time'],
    ['40001', 'a race that is lost time after time'],
    ['53300', 'too many connections'],
    ['57P01', 'the server shuts down'],
    ['57P03', 'the server starts'],
    ['57014', 'the statement took too long'],
    ['08006', 'the connection broke'],
    ['55P03', 'a lock was not to be had'],
    ['58030', 'the disk failed'],
    ['XX000', 'something within the server'],
    ['28P01', 'the password is wrong, perhaps rotated'],
    ['42501', 'a right is missing, perhaps not granted yet'],
    ['ECONNREFUSED', 'nobody listens'],
    ['ETIMEDOUT', 'the network lost it'],
  ])('with code %s (%s) are retryable', async (code) => {
    const store = postgresStore({ client: refusing(code) });
    await expect(store.load('p')).rejects.toMatchObject({
      ...AWAY,
      message: expect.stringContaining('refused'),
    });
  });

  it.each(['22P02', '23514', '42601', '42804'])(
    'with code %s are not retryable: the same call fails again',
    async (code) => {
      const store = postgresStore({ client: refusing(code) });
      await expect(store.load('p')).rejects.toMatchObject({ code: 'XORCA_UNAVAILABLE', retryable: false });
    },
  );

  it.each(['40001', '40P01'])('with code %s are none: the statement is made again', async (code) => {
    const { client, schema } = await database.place();
    let refusals = 3;
    const gives = {
      async query(text: string, values?: unknown[]) {
        if (refusals-- > 0) throw Object.assign(new Error('could not serialize access'), { code });
        return client.query(text, values);
      },
    };
    await postgresStore({ client: gives, schema }).save(record('p'), undefined);
    refusals = 3;
    const again = postgresStore({ client: gives, schema }).save(record('p'), undefined);
    await expect(again).rejects.toMatchObject({ code: 'XORCA_CONFLICT' });
    expect(refusals).toBeLessThan(0);
  });

  it('of size and of encoding say what to do', async () => {
    const large = postgresStore({ client: refusing('54000') }).load('p');
    await expect(large).rejects.toMatchObject({ code: 'XORCA_STATE_TOO_LARGE' });
    const latin = postgresStore({ client: refusing('22P05') }).load('p');
    await expect(latin).rejects.toMatchObject({
      code: 'XORCA_CONFIG',
      message: expect.stringContaining('UTF8'),
    });
  });

  it('are XORCA_CONFIG for a client that the program closed', async () => {
    const db = new PGlite();
    await db.close();
    const pool = new Pool({ connectionString: 'postgres://127.0.0.1:1/x' });
    await pool.end();
    const own = postgresStore({ url: 'postgres://127.0.0.1:1/x' });
    await own.close();
    await own.close();
    for (const store of [postgresStore({ client: db }), postgresStore({ client: pool }), own]) {
      await expect(store.load('p')).rejects.toMatchObject({ code: 'XORCA_CONFIG' });
    }
  });

  it('of a server that nobody runs are retryable and say more than nothing', async () => {
    const store = postgresStore({ url: `postgres://x:y@127.0.0.1:${await closedPort()}/z` });
    await expect(store.load('p')).rejects.toMatchObject({
      ...AWAY,
      message: expect.stringContaining('ECONNREFUSED'),
    });
    await store.close();
    // What Node throws for a name with two addresses.
    const two = new AggregateError([new Error('connect ECONNREFUSED ::1:5432'), new Error('another')], '');
    await expect(postgresStore({ client: failing(two) }).load('p')).rejects.toThrow('ECONNREFUSED ::1:5432');
  });

  it('pass through createTables, too', async () => {
    await expect(createTables(refusing('53300'))).rejects.toMatchObject(AWAY);
  });
});
