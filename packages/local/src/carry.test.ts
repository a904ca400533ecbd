import { join } from 'node:path';
import type { CloudEvent, ProcessRecord } from '@xorca/core';
import { storeContract } from '@xorca/testing';
import { describe, expect, it } from 'vitest';
import { closing, tempFolder } from '../test/support/temp-folder.ts';
import { settled } from '../test/support/virtual-time.ts';
import { localBus } from './local-bus.ts';
import { sqliteDatabase } from './sqlite-database.ts';
import { sqliteStore } from './sqlite-store.ts';

const record: ProcessRecord = {
  id: 'p',
  orchestrator: 'books',
  version: '1',
  status: 'active',
  states: ['Running'],
  stuck: false,
  revision: 1,
  wakeAt: null,
  updatedAt: 0,
  body: '',
};
const event = (id: string, data?: string): CloudEvent => ({
  specversion: '1.0',
  id,
  source: '/test',
  type: 'cmd.test',
  subject: 'p',
  data,
});

async function setup() {
  const database = closing(sqliteDatabase({ path: join(await tempFolder(), 'xorca.db') }));
  const bus = closing(localBus({ database, maxEventBytes: 500 }));
  const store = sqliteStore({ database, bus });
  const got: string[] = [];
  bus.subscribe({
    name: 'fleet',
    types: ['cmd.*'],
    handler: async (events) => void got.push(...events.map(({ id }) => id)),
  });
  return { database, bus, store, got };
}

describe('sqliteStore with a bus in its database', () => {
  for (const { name, run } of storeContract) it(name, () => run(async () => (await setup()).store));

  it('says that it carries that bus', async () => {
    const { bus, store } = await setup();
    expect(store.carries).toBe(bus);
  });

  it('takes the effects along in the transaction of the save, and the bus delivers them', async () => {
    const { database, bus, store, got } = await setup();
    const inTransaction: unknown[] = [];
    const save = store.save(record, undefined, [event('1'), event('2')]);
    const look = database.commit(() => {
      inTransaction.push(...database.prepare('SELECT count(*) FROM xorca_delivery').all().flat());
    });
    const revision = await save;
    await look;
    expect(inTransaction).toEqual([2]);
    await bus.idle();
    await store.save({ ...record, revision: 2 }, revision, [event('3')]);
    await bus.idle();
    expect(got).toEqual(['1', '2', '3']);
  });

  it('publishes nothing when the save conflicts', async () => {
    const { database, bus, store, got } = await setup();
    await store.save(record, undefined, []);
    await expect(store.save(record, undefined, [event('1')])).rejects.toMatchObject({
      code: 'XORCA_CONFLICT',
    });
    await expect(store.save(record, '7.7', [event('2')])).rejects.toMatchObject({ code: 'XORCA_CONFLICT' });
    await settled();
    await bus.idle();
    expect(got).toEqual([]);
    expect(database.prepare('SELECT * FROM xorca_delivery').all()).toEqual([]);
  });

  it('saves nothing when the bus refuses an effect', async () => {
    const { bus, store, got } = await setup();
    await expect(
      store.save(record, undefined, [event('1'), event('2', 'x'.repeat(600))]),
    ).rejects.toMatchObject({
      code: 'XORCA_PUBLISH',
      failed: [{ id: '2', retryable: false }],
    });
    expect(await store.load('p')).toBeUndefined();
    await bus.idle();
    expect(got).toEqual([]);
  });

  it('keeps save and effects apart from a neighbour in the same transaction that conflicts', async () => {
    const { bus, store, got } = await setup();
    const results = await Promise.allSettled(
      Array.from({ length: 16 }, (_, n) =>
        store.save({ ...record, body: `${n}` }, undefined, [event(`${n}`)]),
      ),
    );
    const winner = results.findIndex(({ status }) => status === 'fulfilled');
    await bus.idle();
    expect(got).toEqual([`${winner}`]);
    expect((await store.load('p'))?.record.body).toBe(`${winner}`);
  });
});
