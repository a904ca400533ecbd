import { deepStrictEqual } from 'node:assert';
import { createRunner, memoryPublisher } from '@xorca/core';
import { simulate, storeContract } from '@xorca/testing';
import { describe, expect, it } from 'vitest';
import { walk, walkFleet, walkOrchestrator } from '../../aws/test/support/walk.ts';
import { memoryObjects } from '../../core/test/support/memory-objects.ts';
import { tableStore } from '../src/index.ts';
import { record } from './support/record.ts';
import { storeUnderTest, testTable, withHook } from './support/table.ts';

const database = testTable();

it('the emulator rejects a stale write, and one over what is there', async () => {
  const table = await database.table();
  const key = { partitionKey: 'process:p', rowKey: 'record' };
  const { etag = '' } = await table.createEntity({ ...key, token: '1' });
  await table.updateEntity({ ...key, token: '2' }, 'Replace', { etag });
  await expect(table.updateEntity({ ...key, token: '3' }, 'Replace', { etag })).rejects.toMatchObject({
    statusCode: 412,
    details: { odataError: { code: 'UpdateConditionNotSatisfied' } },
  });
  await expect(table.createEntity({ ...key, token: '3' })).rejects.toMatchObject({
    statusCode: 409,
    details: { odataError: { code: 'EntityAlreadyExists' } },
  });
  expect(await table.getEntity('process:p', 'record')).toMatchObject({ token: '2' });
});

const VARIANTS = {
  plain: () => ({}),
  'compressed, with overflow and one shard': () => ({
    compression: { minBytes: 0 },
    overflow: { objects: memoryObjects(), threshold: 100_000 },
    wakeShards: 1,
  }),
};

for (const [variant, options] of Object.entries(VARIANTS)) {
  describe(`tableStore, ${variant}`, () => {
    for (const { name, show } of storeContract) {
      it(name, async () => {
        const needs = await show(() => storeUnderTest(database, options()));
        // With overflow there is no limit to show.
        const isLimit = variant.includes('overflow') && name.startsWith('where the maker names a limit');
        deepStrictEqual(needs, isLimit ? 'maxBodyBytes' : undefined, name);
      });
    }
  });
}

it('of 16 that save at once one wins, round after round, also after a delete, and the rest conflict', async () => {
  const store = tableStore({ client: await database.table() });
  let revision: string | number | undefined;
  for (let round = 1; round <= 10; round++) {
    const body = (n: number) => `${round}/${n} ${'x'.repeat(n * 997)}`;
    const results = await Promise.allSettled(
      Array.from({ length: 16 }, (_, n) =>
        store.save(record('p', { revision: round, wakeAt: round, body: body(n) }), revision),
      ),
    );
    const winners = results.flatMap((result, n) =>
      result.status === 'fulfilled' ? [{ n, revision: result.value }] : [],
    );
    for (const loser of results.filter(({ status }) => status === 'rejected')) {
      expect(loser).toMatchObject({ reason: { code: 'XORCA_CONFLICT' } });
    }
    expect(winners).toHaveLength(1);
    revision = winners[0]?.revision;
    expect(await store.load('p')).toMatchObject({ record: { body: body(winners[0]?.n ?? -1) }, revision });
    if (round % 5 !== 0) continue;
    await store.delete?.('p');
    await expect(store.save(record('p'), revision)).rejects.toMatchObject({ code: 'XORCA_CONFLICT' });
    revision = undefined;
  }
});

it('a runner that lost a race goes on from what the refusal showed, without another load', async () => {
  const client = await database.table();
  const other = tableStore({ client });
  let intrude = false;
  const intruded = withHook(client, async (action) => {
    if (!intrude || action !== 'updateEntity') return;
    intrude = false;
    const stored = await other.load('p');
    if (stored) await other.save({ ...stored.record, revision: stored.record.revision + 1 }, stored.revision);
  });
  const store = tableStore({ client: intruded });
  const runner = createRunner(walkOrchestrator, { store, publisher: memoryPublisher() });
  await runner.start({ id: 'p', input: { book: 'Opticks' } });
  const before = database.wire.calls.length;
  intrude = true;
  expect((await runner.cancel('p')).status).toBe('cancelled');
  const actions = database.wire.calls.slice(before).map(({ action }) => action);
  // The second load and the first update are the other one's. The third load is the refused save's own.
  expect(actions.filter((action) => /^(Get|Update)Entity$/.test(action)).slice(0, 6)).toEqual([
    ...['GetEntity', 'GetEntity', 'UpdateEntity', 'UpdateEntity'],
    ...['GetEntity', 'UpdateEntity'],
  ]);
});

it('every kind of step works', async () => {
  const store = tableStore({ client: await database.table() });
  const { reports, states, stuck, resting, cancelled } = await walk({ store });
  expect(reports).toEqual([]);
  expect(states).toEqual(['Fetching', 'Resting', 'Read']);
  expect(stuck).toEqual(['lost error']);
  expect(resting).toEqual(['lost']);
  expect(cancelled).toBe('cancelled');
});

it('every process comes to its end in worlds where functions die and events come twice', {
  timeout: 120_000,
}, async () => {
  await simulate(walkOrchestrator, walkFleet, {
    seeds: 3,
    events: ({ id }) => [{ type: 'evt.book.wanted', data: { book: id } }],
    shrink: false,
    store: async () => tableStore({ client: await database.table(), compression: true }),
    invariant: ({ processes }) => [...processes.values()].every(({ status }) => status === 'done'),
  });
});
