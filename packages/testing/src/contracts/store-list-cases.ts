import type { ListQuery, ProcessStatus, ProcessSummary } from '@xorca/core';
import { check, refused, same, soon } from './assert.ts';
import { type PlainStoreCase, pages, sample } from './store-case.ts';

/** Lists for people. */
export const listCases: readonly PlainStoreCase[] = [
  {
    name: 'list pages through everything exactly once, with each filter and with all of them',
    async run(makeStore) {
      const store = await makeStore();
      const all: ProcessSummary[] = [];
      const statuses: readonly ProcessStatus[] = ['active', 'done', 'error', 'cancelled'];
      for (let n = 0; n < 48; n++) {
        const record = sample(`p${n}`, {
          orchestrator: n % 2 ? 'books' : 'films',
          version: `${n % 3}.0.0`,
          status: statuses[n % 4] ?? 'active',
          states: n % 3 ? ['Wait', `#Wait.Step${n % 2}`] : ['Run'],
          stuck: n % 7 === 0,
          updatedAt: 1_750_000_000_000 + n,
          revision: n + 1,
          wakeAt: n % 5 ? null : n,
        });
        await store.save(record, undefined);
        const { body: _, ...summary } = record;
        all.push(summary);
      }
      const queries: readonly ListQuery[] = [
        {},
        { orchestrator: 'books' },
        { version: '1.0.0' },
        { status: 'error' },
        { orchestrator: 'books', version: '2.0.0', status: 'done' },
        { orchestrator: 'films', status: 'active' },
        { orchestrator: 'nobody' },
        { state: '#Wait.Step1' },
        { stuck: true },
        { stuck: false, state: 'Run' },
        { updatedBefore: 1_750_000_000_010 },
        { orchestrator: 'films', state: 'Wait', stuck: false, updatedBefore: 1_750_000_000_030 },
        {
          orchestrator: 'books',
          version: '1.0.0',
          status: 'cancelled',
          state: 'Wait',
          stuck: true,
          updatedBefore: 1_750_000_000_020,
        },
      ];
      for (const filter of queries) {
        const wanted = all.filter((summary) => fits(summary, filter));
        for (const limit of [1, 7, 1_000]) {
          const query = { ...filter, limit };
          await soon(async () => {
            same(byId(await pages(store, query)), byId(wanted), `list of ${JSON.stringify(query)}`);
          });
        }
      }
    },
  },
  {
    name: 'list shows at most 50 on a page when no limit is named, and refuses a limit below 1',
    async run(makeStore) {
      const store = await makeStore();
      for (let n = 0; n < 51; n++) await store.save(sample(`p${n}`), undefined);
      await soon(async () => {
        const first = await store.list({});
        check(first.items.length <= 50, 'a page without a limit has more than 50 items');
        check(first.next !== undefined, 'a page that is not the last has no next');
        same((await pages(store, {})).length, 51, 'items on all pages');
      });
      await refused('XORCA_CONFIG', 'limit 0', () => store.list({ limit: 0 }));
    },
  },
  {
    name: 'list shows the record as it was saved last',
    async run(makeStore) {
      const store = await makeStore();
      const revision = await store.save(sample('p'), undefined);
      const { body, ...summary } = sample('p', { revision: 2, status: 'done', version: '2.0.0' });
      await store.save({ ...summary, body }, revision);
      await soon(async () => {
        same(await pages(store, { status: 'active' }), [], 'active ones');
        same(await pages(store, { status: 'done' }), [summary], 'done ones');
      });
    },
  },
];

function byId(items: readonly ProcessSummary[]): ProcessSummary[] {
  return [...items].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function fits(item: ProcessSummary, query: ListQuery): boolean {
  const { state, updatedBefore } = query;
  return (
    (['orchestrator', 'version', 'status', 'stuck'] as const).every(
      (field) => query[field] === undefined || query[field] === item[field],
    ) &&
    (state === undefined || item.states.includes(state)) &&
    (updatedBefore === undefined || item.updatedAt < updatedBefore)
  );
}
