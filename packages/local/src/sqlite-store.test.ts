import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { storeContract } from '@xorca/testing';
import { describe, expect, it } from 'vitest';
import { closing, tempFolder } from '../test/support/temp-folder.ts';
import { sqliteDatabase } from './sqlite-database.ts';
import { sqliteStore } from './sqlite-store.ts';

const record = (id: string, body = '') => ({
  id,
  orchestrator: 'books',
  version: '1',
  status: 'active' as const,
  states: ['Running'],
  stuck: false,
  revision: 1,
  wakeAt: null,
  updatedAt: 0,
  body,
});

async function path(): Promise<string> {
  return join(await tempFolder(), 'xorca.db');
}

// A file that somebody else can hold: then SQLite says that it is busy, for reads it goes on.
function inBusyFile(file: string) {
  const database = closing(sqliteDatabase({ path: file }));
  database.prepare('PRAGMA busy_timeout = 1').get();
  const throttled = async (work: () => Promise<void>) => {
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    await work().finally(() => other.close());
  };
  return { store: sqliteStore({ database }), outages: { throttled } };
}

describe('sqliteStore', () => {
  for (const { name, run } of storeContract) {
    it(name, () => run(async () => inBusyFile(await path())));
  }

  it('lets two connections race at one record, and one of them win each time', async () => {
    const file = await path();
    const stores = [closing(sqliteStore({ path: file })), closing(sqliteStore({ path: file }))] as const;
    let revision = await stores[0].save(record('p'), undefined);
    for (let n = 0; n < 20; n++) {
      const results = await Promise.allSettled(
        stores.map((store) => store.save(record('p', `${n}`), revision)),
      );
      const won = results.filter((result) => result.status === 'fulfilled');
      expect(won).toHaveLength(1);
      revision = won[0]?.value ?? '';
    }
    expect((await stores[1].load('p'))?.revision).toBe(revision);
  });

  it('keeps what it saved over a close', async () => {
    const file = await path();
    const first = sqliteStore({ path: file });
    const revision = await first.save(record('p', 'kept'), undefined);
    first.close();
    const second = closing(sqliteStore({ path: file }));
    expect(await second.load('p')).toEqual({ record: record('p', 'kept'), revision });
  });

  it('writes what is queued before it closes', async () => {
    const file = await path();
    const first = sqliteStore({ path: file });
    const save = first.save(record('p'), undefined);
    await Promise.resolve();
    first.close();
    await save;
    expect((await closing(sqliteStore({ path: file })).load('p'))?.record.id).toBe('p');
    await expect(first.load('p')).rejects.toMatchObject({ code: 'XORCA_CONFIG' });
    await expect(first.save(record('q'), undefined)).rejects.toMatchObject({ code: 'XORCA_CONFIG' });
  });

  it('answers XORCA_UNAVAILABLE, to be tried again, while somebody else holds the file', async () => {
    const file = await path();
    const database = closing(sqliteDatabase({ path: file }));
    const store = sqliteStore({ database });
    database.prepare('PRAGMA busy_timeout = 1').get();
    const other = closing(new DatabaseSync(file));
    other.exec('BEGIN IMMEDIATE');
    const busy = { code: 'XORCA_UNAVAILABLE', retryable: true };
    await expect(store.save(record('p'), undefined)).rejects.toMatchObject(busy);
    other.exec('ROLLBACK');
    await store.save(record('p'), undefined);
  });

  it('loses to nobody when the disk is full: all of the group are told, none is written', async () => {
    const database = closing(sqliteDatabase({ path: await path() }));
    const store = sqliteStore({ database });
    const revision = await store.save(record('p'), undefined);
    const pages = Number((database.prepare('PRAGMA page_count').get() as unknown as [number])[0]);
    database.prepare(`PRAGMA max_page_count = ${pages + 8}`).get();
    const results = await Promise.allSettled([
      store.save(record('p', 'small'), revision),
      store.save(record('big', 'x'.repeat(1_000_000)), undefined),
      store.save(record('q', 'small'), undefined),
    ]);
    for (const result of results) {
      expect(result).toMatchObject({
        status: 'rejected',
        reason: { code: 'XORCA_UNAVAILABLE', retryable: true },
      });
    }
    expect((await store.load('p'))?.record.body).toBe('');
    expect(await store.load('q')).toBeUndefined();
    await store.save(record('p', 'small'), revision);
  });

  it('refuses a bus of another database, and options it does not know', async () => {
    const database = closing(sqliteDatabase({ path: ':memory:' }));
    const other = closing(sqliteDatabase({ path: ':memory:' }));
    const bus = { database: other, publish: async () => {}, carry: () => ({ insert() {}, committed() {} }) };
    expect(() => sqliteStore({ database, bus })).toThrow('another database');
    expect(() => sqliteStore({ paht: 'x' } as unknown as { path: string })).toThrow('path');
  });
});
