import type { ProcessStore, Revision } from '@xorca/core';
import { same, soon } from './assert.ts';
import { type PlainStoreCase, sample } from './store-case.ts';

const NOW = 1_750_000_000_000;

/** What `due` names, and when. */
export const dueCases: readonly PlainStoreCase[] = [
  {
    name: 'due names the records whose time has come, earliest first',
    async run(makeStore) {
      const store = await makeStore();
      // As numbers 9 < 80 < 700; as texts in another order.
      const times = { c: NOW - 1, a: 9, e: NOW, b: 80, d: NOW - 5, f: 700 };
      for (const [id, wakeAt] of Object.entries(times)) await store.save(sample(id, { wakeAt }), undefined);
      await due(store, NOW, ['a', 'b', 'f', 'd', 'c', 'e']);
    },
  },
  {
    name: 'due names no record whose time is still to come, and none that waits for nothing',
    async run(makeStore) {
      const store = await makeStore();
      await store.save(sample('future', { wakeAt: NOW + 1 }), undefined);
      await store.save(sample('far', { wakeAt: 8.64e15 }), undefined);
      await store.save(sample('never'), undefined);
      await store.save(sample('now', { wakeAt: NOW }), undefined);
      await due(store, NOW, ['now']);
      await due(store, NOW + 1, ['now', 'future']);
    },
  },
  {
    name: 'due names at most as many as asked for, the earliest of them',
    async run(makeStore) {
      const store = await makeStore();
      for (let n = 0; n < 25; n++) await store.save(sample(`p${n}`, { wakeAt: NOW - n }), undefined);
      await due(store, NOW, ['p24', 'p23', 'p22'], 3);
      same(await store.due(NOW, 0), [], 'due with limit 0');
      await soon(async () => same((await store.due(NOW, 1_000)).length, 25, 'how many are due'));
    },
  },
  {
    name: 'due names a record no more when its wakeAt was cleared',
    async run(makeStore) {
      const store = await makeStore();
      const revision = await store.save(sample('p', { wakeAt: NOW - 1 }), undefined);
      await store.save(sample('q', { wakeAt: NOW - 1 }), undefined);
      await store.save(sample('p', { revision: 2 }), revision);
      await due(store, NOW, ['q']);
    },
  },
  {
    name: 'due goes by the newest wakeAt, whether it moved later, earlier, away or back',
    async run(makeStore) {
      const store = await makeStore();
      let revision: Revision | undefined;
      let n = 0;
      const move = async (wakeAt: number | null) => {
        revision = await store.save(sample('p', { wakeAt, revision: ++n }), revision);
      };
      await store.save(sample('other', { wakeAt: NOW - 500 }), undefined);
      await move(NOW - 1_000);
      await due(store, NOW, ['p', 'other']);
      await move(NOW + 1_000);
      await due(store, NOW, ['other']);
      await move(NOW - 100);
      await due(store, NOW, ['other', 'p']);
      await move(NOW - 100);
      await due(store, NOW, ['other', 'p']);
      await move(null);
      await due(store, NOW, ['other']);
      await move(NOW - 100);
      await due(store, NOW, ['other', 'p']);
      await move(NOW - 900);
      await due(store, NOW, ['p', 'other']);
      await due(store, NOW, ['p'], 1);
    },
  },
];

async function due(store: ProcessStore, now: number, ids: readonly string[], limit = 100): Promise<void> {
  await soon(async () => same(await store.due(now, limit), ids, `due at ${now} with limit ${limit}`));
}
