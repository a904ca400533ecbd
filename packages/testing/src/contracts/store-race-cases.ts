import type { ProcessRecord, ProcessStore, Revision } from '@xorca/core';
import { isXorcaError } from '@xorca/core';
import { check, same, soon, turn } from './assert.ts';
import { type PlainStoreCase, sample } from './store-case.ts';
import { unshown } from './unshown.ts';

const NOW = 1_750_000_000_000;

/** Many callers at once. */
export const raceCases: readonly PlainStoreCase[] = [
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
      const creates = Array.from({ length: 16 }, (_, n) =>
        store.save(sample('p', { body: `creator ${n}` }), undefined),
      );
      const [winner] = await onlyWinner(creates);
      same((await store.load('p'))?.record.body, `creator ${winner}`, 'the record that stays');
    },
  },
  {
    name: 'of 16 updates over one revision exactly one wins, round after round, and its record is the one that stays',
    async run(makeStore) {
      const store = await makeStore();
      let revision = await store.save(sample('p', { body: 'created' }), undefined);
      for (let round = 2; round < 6; round++) {
        const updates = Array.from({ length: 16 }, (_, n) =>
          // The times differ too: the index must follow the winner, and no loser.
          store.save(sample('p', { body: `writer ${n}`, revision: round, wakeAt: NOW - n }), revision),
        );
        const [winner, won] = await onlyWinner(updates);
        const record = sample('p', { body: `writer ${winner}`, revision: round, wakeAt: NOW - winner });
        same(await store.load('p'), { record, revision: won }, 'the record that stays');
        await soon(async () => {
          same(await store.due(NOW - winner, 10), ['p'], "due at the winner's time");
          same(await store.due(NOW - winner - 1, 10), [], "due before the winner's time");
        });
        revision = won;
      }
    },
  },
  {
    name: 'writers at many processes at once meet each their own record',
    async run(makeStore) {
      const store = await makeStore();
      const ids = Array.from({ length: 40 }, (_, n) => `p${n}`);
      await Promise.all(
        ids.map(async (id, n) => {
          let revision: Revision | undefined;
          for (let save = 1; save <= 3; save++) {
            const record = sample(id, { body: `${id} ${save}`, revision: save, wakeAt: NOW - n });
            revision = await store.save(record, revision);
            same(await store.load(id), { record, revision }, `load of ${id} among saves of others`);
          }
        }),
      );
      await soon(async () => same(await store.due(NOW, 100), [...ids].reverse(), 'due after all saves'));
    },
  },
  {
    name: 'where a store can delete, a delete that races with saves leaves a whole record or none, in due as in load',
    async run(makeStore) {
      const store = await makeStore();
      if (!store.delete) unshown('a store with delete');
      for (let round = 0; round < 12; round++) {
        const id = `p${round}`;
        const revision = await store.save(sample(id, { body: 'before', wakeAt: NOW - 1 }), undefined);
        const update = sample(id, { body: 'update', revision: 2, wakeAt: NOW - 2 });
        const create = sample(id, { body: 'create', wakeAt: NOW - 3 });
        const [deleted, ...saved] = await Promise.allSettled([
          store.delete(id),
          store.save(update, revision),
          createOnceGone(store, create),
        ]);
        if (deleted.status === 'rejected') throw deleted.reason;
        const wins = [update, create].filter((_, n) => saved[n]?.status === 'fulfilled');
        for (const one of saved) {
          if (one.status === 'rejected' && !isXorcaError(one.reason, 'XORCA_CONFLICT')) throw one.reason;
        }
        const left = (await store.load(id))?.record;
        check(
          left === undefined || wins.some(({ body }) => body === left.body),
          `load shows ${left?.body}, which no save that went through wrote`,
        );
        if (left) same(left, left.body === 'update' ? update : create, 'load after the race');
        await soon(async () =>
          same((await store.due(NOW, 100)).includes(id), left !== undefined, 'due after the race'),
        );
      }
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

// Tries as fast as it can, to get in between whatever a delete is made of.
async function createOnceGone(store: ProcessStore, record: ProcessRecord): Promise<Revision> {
  for (let tries = 0; ; tries++) {
    try {
      return await store.save(record, undefined);
    } catch (error) {
      if (tries === 10 || !isXorcaError(error, 'XORCA_CONFLICT')) throw error;
    }
  }
}

// Which of the racing saves went through, and what it was answered; all others must have met a conflict.
async function onlyWinner(saves: readonly Promise<Revision>[]): Promise<[number, Revision]> {
  const results = await Promise.allSettled(saves);
  const winners: [number, Revision][] = [];
  for (const [n, result] of results.entries()) {
    if (result.status === 'fulfilled') winners.push([n, result.value]);
    else if (!isXorcaError(result.reason, 'XORCA_CONFLICT')) throw result.reason;
  }
  same(winners.length, 1, 'winners');
  return winners[0] as [number, Revision];
}

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
