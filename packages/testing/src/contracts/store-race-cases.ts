import type { ProcessStore } from '@xorca/core';
import { isXorcaError } from '@xorca/core';
import { check, same, soon, turn } from './assert.ts';
import { type StoreCase, sample } from './store-case.ts';

const NOW = 1_750_000_000_000;

/** Many callers at once. */
export const raceCases: readonly StoreCase[] = [
  {
    name: '16 writers at one counter lose no update',
    async run(makeStore) {
      const store = await makeStore();
      await store.save(sample('counter', { body: '0' }), undefined);
      const perWriter = 4;
      const writers = Array.from({ length: 16 }, async () => {
        for (let n = 0; n < perWriter; n++) await increment(store);
      });
      await Promise.all(writers);
      same((await store.load('counter'))?.record.body, String(16 * perWriter), 'the counter');
    },
  },
  {
    name: 'of 16 creators of one process exactly one wins, and its record is the one that stays',
    async run(makeStore) {
      const store = await makeStore();
      const results = await Promise.allSettled(
        Array.from({ length: 16 }, (_, n) => store.save(sample('p', { body: `creator ${n}` }), undefined)),
      );
      const winners = results.flatMap((result, n) => (result.status === 'fulfilled' ? [n] : []));
      for (const result of results) {
        if (result.status === 'rejected' && !isXorcaError(result.reason, 'XORCA_CONFLICT'))
          throw result.reason;
      }
      same(winners.length, 1, 'winners');
      same((await store.load('p'))?.record.body, `creator ${winners[0]}`, 'the record that stays');
    },
  },
  {
    name: 'due misses nothing while records are saved around it',
    async run(makeStore) {
      const store = await makeStore();
      const ids = Array.from({ length: 8 }, (_, n) => `p${n}`);
      // It is due all the time and saved all the time: no moment may hide it.
      await store.save(sample('constant', { wakeAt: NOW - 1 }), undefined);
      await soon(async () => same(await store.due(NOW, 100), ['constant'], 'due before all saves'));
      let saving = true;
      const saves = Promise.all([
        moveAbout(store, 'constant', Array(12).fill(NOW - 1)),
        ...ids.map((id, n) =>
          moveAbout(store, id, [NOW - 9 - n, null, NOW + 9, NOW - 20, NOW - 20, NOW - 5]),
        ),
      ]).finally(() => {
        saving = false;
      });
      const watch = async () => {
        while (saving) {
          const due = await store.due(NOW, 100);
          check(due.includes('constant'), 'due lost a record that was due throughout');
          await turn();
        }
      };
      await Promise.all([saves, watch()]);
      await soon(async () => {
        same([...(await store.due(NOW, 100))].sort(), ['constant', ...ids], 'due after all saves');
      });
    },
  },
];

async function increment(store: ProcessStore): Promise<void> {
  for (let tries = 0; tries < 1_000; tries++) {
    const stored = await store.load('counter');
    check(stored !== undefined, 'the counter is gone');
    const { record } = stored;
    const next = { ...record, revision: record.revision + 1, body: String(Number(record.body) + 1) };
    try {
      await store.save(next, stored.revision);
      return;
    } catch (error) {
      if (!isXorcaError(error, 'XORCA_CONFLICT')) throw error;
      // Spread, so that each gets through on a slow store too; any spread will do.
      await turn((tries * 7) % 20);
    }
  }
  check(false, 'a writer met nothing but conflicts 1,000 times');
}

async function moveAbout(store: ProcessStore, id: string, times: readonly (number | null)[]): Promise<void> {
  for (const wakeAt of times) {
    const stored = await store.load(id);
    const revision = (stored?.record.revision ?? 0) + 1;
    await store.save(sample(id, { wakeAt, revision }), stored?.revision);
  }
}
