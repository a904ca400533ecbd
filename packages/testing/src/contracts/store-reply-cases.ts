import type { Revision } from '@xorca/core';
import { check, refused, same, soon } from './assert.ts';
import { type PlainStoreCase, sample } from './store-case.ts';

/** A caller that never heard how its write ended, and the revisions that `load` gives. */
export const replyCases: readonly PlainStoreCase[] = [
  {
    name: 'after a save whose answer was lost, the same save conflicts, load shows its record, and goes on from there',
    async run(makeStore) {
      const store = await makeStore();
      const created = sample('p', { wakeAt: 5 });
      // The answer is thrown away: what the store said to nobody must hold all the same.
      await store.save(created, undefined);
      await refused('XORCA_CONFLICT', 'the same create again', () => store.save(created, undefined));
      const first = await store.load('p');
      same(first?.record, created, 'load after the lost create');
      const updated = sample('p', { revision: 2, body: 'updated', wakeAt: 6 });
      await store.save(updated, first?.revision);
      await refused('XORCA_CONFLICT', 'the same update again', () => store.save(updated, first?.revision));
      const second = await store.load('p');
      same(second?.record, updated, 'load after the lost update');
      await store.save(sample('p', { revision: 3 }), second?.revision);
      await soon(async () => same(await store.due(10, 10), [], 'due after the last save'));
    },
  },
  {
    name: 'load gives another revision after each save, also after one of an equal record',
    async run(makeStore) {
      const store = await makeStore();
      const given: Revision[] = [];
      let last: Revision | undefined;
      for (let n = 0; n < 3; n++) {
        await store.save(sample('p'), last);
        last = (await store.load('p'))?.revision;
        check(last !== undefined && !given.includes(last), `load gave the revision ${last} twice`);
        given.push(last);
      }
      for (const stale of given.slice(0, -1)) {
        await refused('XORCA_CONFLICT', 'a save over what was loaded before an equal save', () =>
          store.save(sample('p', { body: 'stale' }), stale),
        );
      }
      same((await store.load('p'))?.record, sample('p'), 'load after the refused saves');
    },
  },
];
