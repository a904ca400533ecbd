import type { ProcessStore, Revision } from '@xorca/core';
import { refused, same, soon } from './assert.ts';
import { type PlainStoreCase, pages, sample } from './store-case.ts';
import { unshown } from './unshown.ts';

/** Retention. `delete` is optional in the port, so a store without it passes these with nothing to show. */
export const deleteCases: readonly PlainStoreCase[] = [
  {
    name: 'where a store can delete, a deleted record is gone from load, due and list, and an unknown one is no error',
    async run(makeStore) {
      const store = await makeStore();
      if (!store.delete) unshown('a store with delete');
      await store.save(sample('p', { wakeAt: 5 }), undefined);
      await store.save(sample('q', { wakeAt: 6 }), undefined);
      await store.delete('p');
      await store.delete('p');
      await store.delete('nobody');
      same(await store.load('p'), undefined, 'load after delete');
      await soon(async () => {
        same(await store.due(10, 10), ['q'], 'due after delete');
        const items = await pages(store, {});
        same(
          items.map((item) => item.id),
          ['q'],
          'list after delete',
        );
      });
    },
  },
  {
    name: 'where a store can delete, a revision from before delete and recreate conflicts',
    async run(makeStore) {
      const store = await makeStore();
      if (!store.delete) unshown('a store with delete');
      const old: Revision[] = [];
      for (let life = 0; life < 3; life++) {
        // Every life has the very same records, so only the store can tell one from the other.
        const created = await store.save(sample('p'), undefined);
        await stale(store, old);
        const updated = await store.save(sample('p', { revision: 2 }), created);
        await stale(store, [...old, created]);
        same((await store.load('p'))?.record, sample('p', { revision: 2 }), 'load after the refused saves');
        old.push(created, updated);
        await store.delete('p');
        await stale(store, old);
        same(await store.load('p'), undefined, 'load after delete');
      }
    },
  },
];

async function stale(store: ProcessStore, revisions: readonly Revision[]): Promise<void> {
  for (const revision of revisions) {
    await refused('XORCA_CONFLICT', 'a save with a revision of a former life', () =>
      store.save(sample('p', { body: 'stale' }), revision),
    );
  }
}
