import type { Revision } from '@xorca/core';
import { refused, same, soon } from './assert.ts';
import { hostileIds, invalidIds, showId } from './hostile-ids.ts';
import { type PlainStoreCase, pages, sample } from './store-case.ts';

/** No id is a path, a pattern or a property. */
export const idCases: readonly PlainStoreCase[] = [
  {
    name: 'hostile ids are kept apart from one another in load, save, due, list and delete',
    async run(makeStore) {
      const store = await makeStore();
      const revisions = new Map<string, Revision>();
      const record = (id: string, revision: number) =>
        sample(id, { revision, body: `body of ${id}`, wakeAt: 1_000 + hostileIds.indexOf(id) });
      for (const id of hostileIds) {
        same(await store.load(id), undefined, `load of ${showId(id)} before its save`);
        revisions.set(id, await store.save(record(id, 1), undefined));
      }
      for (const id of hostileIds) {
        same((await store.load(id))?.record, record(id, 1), `load of ${showId(id)}`);
        await store.save(record(id, 2), revisions.get(id));
      }
      for (const id of hostileIds) {
        same((await store.load(id))?.record, record(id, 2), `load of ${showId(id)} after its update`);
      }
      await soon(async () => {
        same(await store.due(1e6, 1_000), hostileIds, 'due');
        const items = await pages(store, { limit: 1_000 });
        same(items.map((item) => item.id).sort(), [...hostileIds].sort(), 'list');
      });
      if (!store.delete) return;
      for (const [n, id] of hostileIds.entries()) if (n % 2) await store.delete(id);
      for (const [n, id] of hostileIds.entries()) {
        const left = n % 2 ? undefined : record(id, 2);
        same((await store.load(id))?.record, left, `load of ${showId(id)} after deletes`);
      }
    },
  },
  {
    name: 'empty, ill-formed and endless ids are refused and change nothing',
    async run(makeStore) {
      const store = await makeStore();
      const revision = await store.save(sample('p'), undefined);
      for (const id of invalidIds) {
        const hostile = sample(id, { wakeAt: 1 });
        const what = `id ${showId(id)}`;
        await refused('XORCA_INVALID_ID', `load of ${what}`, () => store.load(id));
        await refused('XORCA_INVALID_ID', `create of ${what}`, () => store.save(hostile, undefined));
        await refused('XORCA_INVALID_ID', `update of ${what}`, () => store.save(hostile, revision));
        if (store.delete) {
          await refused('XORCA_INVALID_ID', `delete of ${what}`, async () => store.delete?.(id));
        }
      }
      same(await store.due(10, 10), [], 'due');
      await soon(async () =>
        same(
          (await pages(store, {})).map((item) => item.id),
          ['p'],
          'list',
        ),
      );
    },
  },
];
