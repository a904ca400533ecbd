import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { books, event, notes, openBus, quiet } from '../test/support/bus.ts';
import { closing } from '../test/support/temp-folder.ts';
import { settled } from '../test/support/virtual-time.ts';
import { sqliteStore } from './sqlite-store.ts';
import type { Subscription } from './subscription.ts';

const rows = (path: string, sql: string) => {
  const db = closing(new DatabaseSync(path, { readOnly: true }));
  return db
    .prepare(sql)
    .all()
    .map((row) => ({ ...row }));
};

const record = {
  id: 'p',
  orchestrator: 'books',
  version: '1',
  status: 'active' as const,
  states: ['Running'],
  stuck: false,
  revision: 1,
  wakeAt: null,
  updatedAt: 0,
  body: '',
};

describe('a subscription of localBus', () => {
  it('gets after a restart what was published before it was subscribed again', async () => {
    const first = await openBus();
    first.bus.subscribe(books(quiet));
    await first.bus.close();

    const second = await openBus({}, first.file);
    await second.bus.publish([event('1'), event('other', 'p', 'cmd.test')]);
    await sqliteStore({ database: second.bus.database, bus: second.bus }).save(record, undefined, [
      event('2'),
    ]);
    await second.bus.close();

    const third = await openBus({}, first.file);
    await third.bus.publish([event('3')]);
    const { calls, handler } = notes();
    third.bus.subscribe(books({ handler }));
    await third.bus.publish([event('4')]);
    await third.bus.idle();
    expect(calls.flat()).toEqual(['1', '2', '3', '4']);
  });

  it('is on the disk when subscribe returns, so that a crash right after it loses nothing', async () => {
    const { bus, file } = await openBus();
    bus.subscribe(books({ handler: async () => {}, types: ['evt.*', 'cmd.\0"\ud800'] }));
    expect(rows(file, 'SELECT * FROM xorca_subscription')).toEqual([
      { name: 'books', types: JSON.stringify(['evt.*', 'cmd.\0"\ud800']) },
    ]);
  });

  it('gets what was published in the turn in which it was subscribed', async () => {
    const { bus } = await openBus();
    const { calls, handler } = notes();
    const before = bus.publish([event('before')]);
    bus.subscribe(books({ handler }));
    const after = bus.publish([event('after')]);
    await Promise.all([before, after]);
    await bus.idle();
    expect(calls.flat()).toEqual(['after']);
  });

  it('is not added when the file does not take it, and can be subscribed again', async () => {
    const { bus, file } = await openBus();
    bus.database.prepare('PRAGMA busy_timeout = 1').get();
    const other = closing(new DatabaseSync(file));
    other.exec('BEGIN IMMEDIATE');
    const { calls, handler } = notes();
    expect(() => bus.subscribe(books({ handler }))).toThrow(
      expect.objectContaining({ code: 'XORCA_UNAVAILABLE', retryable: true }),
    );
    other.exec('ROLLBACK');
    expect(bus.subscriptions()).toEqual([]);
    bus.subscribe(books({ handler }));
    await bus.publish([event('1')]);
    await bus.idle();
    expect(calls).toEqual([['1']]);
  });

  it('takes the types it was subscribed with last, and what came under the former ones', async () => {
    const first = await openBus();
    first.bus.subscribe(books(quiet));
    await first.bus.close();
    const second = await openBus({}, first.file);
    await second.bus.publish([event('1'), event('lost', 'p', 'cmd.test')]);
    const { calls, handler } = notes();
    second.bus.subscribe(books({ handler, types: ['cmd.*'] }));
    await second.bus.publish([event('2'), event('3', 'p', 'cmd.test')]);
    await second.bus.idle();
    expect(calls.flat()).toEqual(['1', '3']);
    await second.bus.close();
    const third = await openBus({}, first.file);
    expect(third.bus.subscriptions()).toEqual([{ name: 'books', types: ['cmd.*'], live: false, waiting: 0 }]);
  });

  it('keeps nobody from being idle while it is not live', async () => {
    const first = await openBus();
    first.bus.subscribe(books(quiet));
    await first.bus.close();
    const second = await openBus({}, first.file);
    await second.bus.publish([event('1')]);
    await second.bus.idle();
    expect(second.bus.subscriptions()).toEqual([
      { name: 'books', types: ['evt.*'], live: false, waiting: 1 },
    ]);
  });

  it('refuses a name that the file could not give back', async () => {
    const { bus } = await openBus();
    for (const name of ['', 'a\0b', '\ud800', 7 as unknown as string]) {
      expect(() => bus.subscribe(books({ ...quiet, name }))).toThrow('name');
    }
    for (const part of [{ batch: 0 }, { concurrency: 0.5 }, { timeoutMs: Number.POSITIVE_INFINITY }]) {
      expect(() => bus.subscribe(books({ ...quiet, ...part }))).toThrow('whole number');
    }
    expect(() => bus.subscribe(books({ ...quiet, types: 'evt.*' as unknown as string[] }))).toThrow('list');
    expect(() => bus.subscribe({ name: 'x', types: ['*'] } as unknown as Subscription)).toThrow('handler');
    expect(bus.subscriptions()).toEqual([]);
  });
});

describe('unsubscribe', () => {
  it('removes a subscription for good with what waits for it, and leaves others and dead letters alone', async () => {
    const first = await openBus({ maxAttempts: 1 });
    const fail = async () => {
      throw new Error('down');
    };
    first.bus.subscribe(books({ handler: fail }));
    first.bus.subscribe(books({ handler: async () => {}, name: 'others' }));
    await first.bus.publish([event('dead')]);
    await first.bus.idle();
    await first.bus.stop();
    await first.bus.publish([event('1')]);
    await first.bus.close();

    const second = await openBus({}, first.file);
    await second.bus.publish([event('2')]);
    await second.bus.unsubscribe('books');
    await second.bus.unsubscribe('nobody');
    await second.bus.publish([event('3')]);
    const [letter] = second.bus.deadLetters();
    expect(letter).toMatchObject({ subscription: 'books', event: { id: 'dead' } });
    await expect(second.bus.redrive(letter?.seq ?? 0)).rejects.toMatchObject({ code: 'XORCA_CONFIG' });
    await second.bus.close();

    const third = await openBus({}, first.file);
    expect(third.bus.subscriptions().map(({ name, waiting }) => [name, waiting])).toEqual([['others', 3]]);
    const { calls, handler } = notes();
    third.bus.subscribe(books({ handler }));
    await third.bus.idle();
    expect(calls).toEqual([]);
    expect(await third.bus.redrive(letter?.seq ?? 0)).toBe(true);
    await third.bus.idle();
    expect(calls).toEqual([['dead']]);
  });

  it('waits for what is in flight, and begins nothing more', async () => {
    const { bus } = await openBus();
    let finish = () => {};
    const { calls, handler } = notes();
    bus.subscribe(
      books({
        batch: 1,
        handler: async (events) => {
          await new Promise<void>((resolve) => {
            finish = resolve;
          });
          return handler(events);
        },
      }),
    );
    const answers = notes();
    bus.subscribe({ name: 'answers', types: ['notif.*'], handler: answers.handler });
    await bus.publish([event('1'), event('2')]);
    await settled();
    const removals = [bus.unsubscribe('books'), bus.unsubscribe('books')];
    await bus.publish([event('3')]);
    expect(() => bus.subscribe(books(quiet))).toThrow('unsubscribe');
    await bus.idle();
    expect(bus.subscriptions().map(({ name }) => name)).toEqual(['answers']);
    finish();
    await Promise.all(removals);
    expect(calls).toEqual([['1']]);
    expect(bus.database.prepare('SELECT count(*) FROM xorca_delivery').all()).toEqual([[0]]);
    bus.subscribe(books({ handler }));
    await bus.publish([event('4')]);
    await bus.idle();
    expect(calls).toEqual([['1'], ['4']]);
  });

  it('leaves no event behind that was on its way to it', async () => {
    const { bus, file } = await openBus();
    bus.subscribe(books(quiet));
    await bus.stop();
    const carried = bus.carry([event('carried')]);
    await Promise.all([bus.publish([event('1')]), bus.unsubscribe('books'), bus.publish([event('2')])]);
    await bus.database.commit(carried.insert);
    carried.committed();
    expect(rows(file, 'SELECT * FROM xorca_delivery')).toEqual([]);
    expect(rows(file, 'SELECT * FROM xorca_subscription')).toEqual([]);
  });

  it('that the file does not take leaves the subscription known, to be removed or subscribed again', async () => {
    const { bus } = await openBus();
    const { calls, handler } = notes();
    bus.subscribe(books({ handler }));
    const { commit } = bus.database;
    Object.assign(bus.database, { commit: () => Promise.reject(new Error('disk full')) });
    await expect(bus.unsubscribe('books')).rejects.toThrow('disk full');
    Object.assign(bus.database, { commit });
    await bus.publish([event('1')]);
    expect(bus.subscriptions()).toMatchObject([{ live: false, waiting: 1 }]);
    bus.subscribe(books({ handler }));
    await bus.idle();
    expect(calls).toEqual([['1']]);
    await bus.unsubscribe('books');
    expect(bus.subscriptions()).toEqual([]);
  });
});
