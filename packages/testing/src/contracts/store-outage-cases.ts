import { isXorcaError, type ProcessRecord, type Revision } from '@xorca/core';
import { check, refused, same, soon, unavailable } from './assert.ts';
import { pages, type StoreOutages, type StoreTrial, sample, underTest } from './store-case.ts';
import { unshown } from './unshown.ts';

/** A service that fails for a while, as every service does. */
export const outageCases: readonly StoreTrial[] = [
  refusal('away', 'where the maker can take the service away'),
  refusal('throttled', 'where the maker can make the service throttle'),
  {
    name: 'where the maker can lose replies, a save in doubt is there whole, due included, or not at all, and is to be tried again',
    async run(makeStore) {
      const { store, outages } = await underTest(makeStore);
      const lose = outages?.lostReply;
      if (!lose) unshown('outages.lostReply');
      const doubtful = async (
        before: ProcessRecord | undefined,
        record: ProcessRecord,
        revision?: Revision,
      ) => {
        await lose(async () => inDoubt(() => store.save(record, revision)));
        const stored = await store.load(record.id);
        const landed = stored !== undefined && stored.record.revision === record.revision;
        same(stored?.record, landed ? record : before, 'load after a save in doubt');
        if (landed) {
          await refused('XORCA_CONFLICT', 'the save in doubt once more', () => store.save(record, revision));
        } else await store.save(record, revision);
        await soon(async () => {
          const due = await store.due(10, 10);
          same(due, record.wakeAt === null ? [] : [record.id], 'due after a save in doubt');
        });
        return (await store.load(record.id))?.revision;
      };
      const first = sample('p', { wakeAt: 5 });
      const second = sample('p', { revision: 2, body: 'B', wakeAt: 6 });
      const third = sample('p', { revision: 3, body: 'C' });
      const fourth = sample('p', { revision: 4, body: 'D', wakeAt: 7 });
      let revision = await doubtful(undefined, first);
      revision = await doubtful(first, second, revision);
      revision = await doubtful(second, third, revision);
      await doubtful(third, fourth, revision);
      if (!store.delete) return;
      await lose(async () => inDoubt(async () => store.delete?.('p')));
      const left = await store.load('p');
      if (left) same(left.record, fourth, 'load after a delete in doubt');
      await store.delete('p');
      same(await store.load('p'), undefined, 'load after the delete once more');
      await soon(async () => same(await store.due(10, 10), [], 'due after the delete once more'));
    },
  },
];

function refusal(kind: 'away' | 'throttled', where: string): StoreTrial {
  return {
    name: `${where}, writes fail with XORCA_UNAVAILABLE to be tried again, change nothing, and go through afterwards`,
    async run(makeStore) {
      const { store, outages } = await underTest(makeStore);
      const outage: StoreOutages[typeof kind] = outages?.[kind];
      if (!outage) unshown(`outages.${kind}`);
      const before = sample('p', { wakeAt: 5 });
      const revision = await store.save(before, undefined);
      const after = sample('p', { revision: 2, wakeAt: 7 });
      await outage(async () => {
        await unavailable('a create in an outage', () =>
          store.save(sample('fresh', { wakeAt: 6 }), undefined),
        );
        await unavailable('an update in an outage', () => store.save(after, revision));
        if (store.delete) await unavailable('a delete in an outage', async () => store.delete?.('p'));
        // A service that is only full, or locked for writing, may be read.
        await rightOrUnavailable('load', async () => same((await store.load('p'))?.record, before, 'load'));
        await rightOrUnavailable('due', async () => same(await store.due(10, 10), ['p'], 'due in an outage'));
        await rightOrUnavailable('list', async () =>
          same((await pages(store, {})).length, 1, 'how many a list shows in an outage'),
        );
      });
      same((await store.load('p'))?.record, before, 'load after the outage');
      same(await store.load('fresh'), undefined, 'load of what was to be created in the outage');
      await soon(async () => same(await store.due(10, 10), ['p'], 'due after the outage'));
      await store.save(after, revision);
      await store.save(sample('fresh', { wakeAt: 6 }), undefined);
      await soon(async () => same(await store.due(10, 10), ['fresh', 'p'], 'due after the saves'));
    },
  };
}

async function rightOrUnavailable(what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isXorcaError(error, 'XORCA_UNAVAILABLE')) throw error;
    check(error.retryable, `${what} in an outage: XORCA_UNAVAILABLE must have retryable: true`);
  }
}

// Nobody knows whether it went through. The client may have tried again by itself, and then met its own write.
async function inDoubt(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const isTold = isXorcaError(error, 'XORCA_UNAVAILABLE') || isXorcaError(error, 'XORCA_CONFLICT');
    if (!isTold) throw error;
    check(error.retryable, `a write in doubt: ${error.code} must have retryable: true`);
  }
}
