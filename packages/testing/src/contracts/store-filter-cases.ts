import type { ListQuery, ProcessRecord, ProcessStore } from '@xorca/core';
import { refused, same, soon } from './assert.ts';
import { type PlainStoreCase, pages, sample } from './store-case.ts';

const NOW = 1_750_000_000_000;

// Alike but for a part, a letter's case, or what some query language takes for a pattern or for the end of a text.
const STATES = [
  'Check',
  'check',
  'Checked',
  '#Run.Check',
  '#Run.#Deep.Check',
  'C%',
  'C_eck',
  'a"b',
  "it's",
  'a\\b',
  'Prüfung 🦈',
  '["Check"]',
  '',
];

/** What the filters of a list mean, one by one; `store-list-cases.ts` pages through all of them together. */
export const filterCases: readonly PlainStoreCase[] = [
  {
    name: 'list by state shows the processes that are in it, by its whole key',
    async run(makeStore) {
      const records = STATES.map((state, n) => sample(`p${n}`, { states: [`Only ${n}`, state] }));
      const store = await filled(makeStore, [...records, sample('nowhere', { states: [] })]);
      for (const [n, state] of STATES.entries()) {
        await shows(store, { state }, [`p${n}`]);
        await shows(store, { state: `Only ${n}` }, [`p${n}`]);
      }
      await shows(store, { state: 'Chec' }, []);
      await shows(store, { state: '%' }, []);
    },
  },
  {
    name: 'list by state goes by the states of the last save',
    async run(makeStore) {
      const store = await makeStore();
      const revision = await store.save(sample('p', { states: ['Old', 'Kept'] }), undefined);
      await store.save(sample('p', { states: ['Kept', 'New'], stuck: true, revision: 2 }), revision);
      await shows(store, { state: 'Old' }, []);
      await shows(store, { state: 'Kept' }, ['p']);
      await shows(store, { state: 'New', stuck: true }, ['p']);
    },
  },
  {
    name: 'list by stuck shows those with a problem, those without, or both when it is left out',
    async run(makeStore) {
      const store = await filled(makeStore, [
        sample('stuck', { stuck: true }),
        sample('free'),
        sample('also-stuck', { stuck: true, status: 'done' }),
      ]);
      await shows(store, { stuck: true }, ['also-stuck', 'stuck']);
      await shows(store, { stuck: false }, ['free']);
      await shows(store, {}, ['also-stuck', 'free', 'stuck']);
    },
  },
  {
    name: 'list by updatedBefore shows what was saved before that moment, not at it',
    async run(makeStore) {
      // As numbers 9 < 80 < 700; as texts in another order.
      const times = { a: 9, b: 80, c: 700, d: NOW - 1, e: NOW, f: NOW + 1 };
      const store = await filled(
        makeStore,
        Object.entries(times).map(([id, updatedAt]) => sample(id, { updatedAt })),
      );
      await shows(store, { updatedBefore: NOW }, ['a', 'b', 'c', 'd']);
      await shows(store, { updatedBefore: NOW + 0.5 }, ['a', 'b', 'c', 'd', 'e']);
      await shows(store, { updatedBefore: 80 }, ['a']);
      await shows(store, { updatedBefore: 0 }, []);
      await shows(store, { updatedBefore: -1 }, []);
    },
  },
  {
    name: 'list refuses a filter it does not know, and one that has not its type',
    async run(makeStore) {
      const store = await makeStore();
      const wrong: readonly Readonly<Record<string, unknown>>[] = [
        { states: 'Check' },
        { updatedAfter: NOW },
        { updatedBefore: Number.NaN },
        { updatedBefore: Number.POSITIVE_INFINITY },
        { updatedBefore: '1750000000000' },
        { stuck: 'false' },
        { version: 1 },
        { limit: '5' },
      ];
      for (const query of wrong) {
        await refused('XORCA_CONFIG', `list of ${JSON.stringify(query)}`, () =>
          store.list(query as ListQuery),
        );
      }
    },
  },
];

async function filled(
  makeStore: Parameters<PlainStoreCase['run']>[0],
  records: readonly ProcessRecord[],
): Promise<ProcessStore> {
  const store = await makeStore();
  for (const record of records) await store.save(record, undefined);
  return store;
}

async function shows(store: ProcessStore, query: ListQuery, ids: readonly string[]): Promise<void> {
  await soon(async () => {
    const items = await pages(store, query);
    same(items.map((item) => item.id).sort(), ids, `list of ${JSON.stringify(query)}`);
  });
}
