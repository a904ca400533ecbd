import { describe, expect, it } from 'vitest';
import { record } from '../test/support/record.ts';
import { callsDuring, freshStore, hintsIn, testTable, withHook } from '../test/support/table.ts';
import { type TableStoreOptions, tableStore } from './table-store.ts';

const database = testTable();
const T = 1_750_000_000_000;
const MINUTE = 60_000;
const fresh = (options: TableStoreOptions = {}) => freshStore(database, options);
const callsOf = (work: () => Promise<unknown>) => callsDuring(database, work);

describe('the hints of what is due', () => {
  it('are written before the record, and not for a moment that stays, is cleared, or moves later by a minute at most', async () => {
    const { client, store, time } = await fresh();
    let revision: string | number | undefined;
    const save = (wakeAt: number | null) =>
      callsOf(async () => {
        revision = await store.save(record('p', { wakeAt }), revision);
      });
    expect(await save(T + MINUTE)).toEqual(['InsertOrReplaceEntity wake', 'InsertEntity process']);
    expect(await save(T + MINUTE)).toEqual(['UpdateEntity process']);
    expect(await save(T + 2 * MINUTE)).toEqual(['UpdateEntity process']);
    const moved = ['InsertOrReplaceEntity wake', 'UpdateEntity process', 'DeleteEntity wake'];
    expect(await save(T + 2 * MINUTE + 1)).toEqual(moved);
    expect(await save(T + 2 * MINUTE)).toEqual(moved);
    // The hint lies behind: each look from now on would meet it.
    time.ms = T + 2 * MINUTE;
    expect(await save(T + 2 * MINUTE + 1)).toEqual(moved);
    expect(await save(null)).toEqual(['UpdateEntity process', 'DeleteEntity wake']);
    expect(await hintsIn(client)).toEqual([]);
  });

  it('that are earlier than their records name them when it is time, and in the order of the records', async () => {
    const { store } = await fresh();
    for (let n = 0; n < 40; n++) {
      const id = `p${String(n).padStart(2, '0')}`;
      const first = await store.save(record(id, { wakeAt: T + 1 + n }), undefined);
      // The earlier the hint, the later the record.
      await store.save(record(id, { wakeAt: T + MINUTE - n, revision: 2 }), first);
    }
    expect(await store.due(T + 50, 100)).toEqual([]);
    expect(await store.due(T + MINUTE - 38, 100)).toEqual(['p39', 'p38']);
    expect(await store.due(T + MINUTE, 3)).toEqual(['p39', 'p38', 'p37']);
    expect(await store.due(T + MINUTE, 100)).toHaveLength(40);
  });

  it('outlive a crash between hint and record: nothing is due too soon, nothing is missed, and the leftover is swept', async () => {
    const { client, store, time } = await fresh();
    const first = await store.save(record('p', { wakeAt: T + 10 * MINUTE }), undefined);
    const crashing = withHook(client, async (method) => {
      if (method === 'updateEntity' || method === 'createEntity') throw new Error('crash');
    });
    const dying = tableStore({ client: crashing, clock: time });
    await expect(dying.save(record('p', { wakeAt: T + 1, revision: 2 }), first)).rejects.toThrow();
    await expect(dying.save(record('new', { wakeAt: T + 1 }), undefined)).rejects.toThrow();
    expect(await hintsIn(client)).toHaveLength(3);
    expect(await store.due(T + 5, 10)).toEqual([]);
    expect(await store.due(T + 10 * MINUTE, 10)).toEqual(['p']);
    time.ms += 20 * MINUTE;
    await store.due(T + 20 * MINUTE, 10);
    expect(await hintsIn(client)).toHaveLength(3);
    time.ms += 1;
    expect(await store.due(T + 20 * MINUTE, 10)).toEqual(['p']);
    expect(await hintsIn(client)).toHaveLength(1);
  });

  it('outlive a crash between the record and the removal of the old hint', async () => {
    const { client, store, time } = await fresh();
    const first = await store.save(record('p', { wakeAt: T + 1 }), undefined);
    const crashing = withHook(client, async (method) => {
      if (method === 'deleteEntity') throw new Error('crash');
    });
    const dying = tableStore({ client: crashing, clock: time });
    const second = await dying.save(record('p', { wakeAt: T + 10 * MINUTE, revision: 2 }), first);
    expect(await hintsIn(client)).toHaveLength(2);
    expect(await store.due(T + 5 * MINUTE, 10)).toEqual([]);
    expect(await store.due(T + 10 * MINUTE, 10)).toEqual(['p']);
    await store.save(record('p', { revision: 3 }), second);
    expect(await store.due(T + 20 * MINUTE, 10)).toEqual([]);
    time.ms += 20 * MINUTE + 1;
    await store.due(T + 20 * MINUTE, 10);
    expect(await hintsIn(client)).toEqual([]);
  });

  it('stay while their save is under way, however many sweep meanwhile', async () => {
    const { client, store, time } = await fresh();
    const first = await store.save(record('p'), undefined);
    let sweeps: readonly string[] = ['none'];
    const slow = withHook(client, async (method) => {
      if (method !== 'updateEntity') return;
      time.ms += 15 * MINUTE;
      sweeps = await store.due(T + 60 * MINUTE, 10);
    });
    await tableStore({ client: slow, clock: time }).save(record('p', { wakeAt: T, revision: 2 }), first);
    expect(sweeps).toEqual([]);
    expect(await store.due(T, 10)).toEqual(['p']);
  });

  it('of a save that lost are removed at once, unless it might still land', async () => {
    const { client, store } = await fresh();
    const first = await store.save(record('p'), undefined);
    await store.save(record('p', { revision: 2 }), first);
    await expect(store.save(record('p', { wakeAt: T }), first)).rejects.toMatchObject({
      code: 'XORCA_CONFLICT',
    });
    expect(await hintsIn(client)).toEqual([]);
    await expect(store.save(record('p', { wakeAt: T }), undefined)).rejects.toMatchObject({
      code: 'XORCA_CONFLICT',
    });
    expect(await hintsIn(client)).toHaveLength(1);
  });

  it('of a save that landed unheard stay when somebody has saved after it', async () => {
    const { client, store, time } = await fresh();
    const first = await store.save(record('p', { wakeAt: null }), undefined);
    const trying = Object.create(client) as typeof client;
    // The answer is lost; another one saves, and keeps the hint; then the SDK tries again.
    trying.updateEntity = async (...call) => {
      await client.updateEntity(...call);
      const landed = await store.load('p');
      await store.save(record('p', { wakeAt: T + 2 * MINUTE, revision: 3 }), landed?.revision);
      return client.updateEntity(...call);
    };
    const unheard = tableStore({ client: trying, clock: time });
    await expect(unheard.save(record('p', { wakeAt: T + MINUTE, revision: 2 }), first)).rejects.toMatchObject(
      { code: 'XORCA_CONFLICT' },
    );
    expect(await store.due(T + 2 * MINUTE, 10)).toEqual(['p']);
  });

  it('lie in several shards, and are found and removed also when there are more shards by now', async () => {
    const { client, store } = await fresh();
    const ids = Array.from({ length: 60 }, (_, n) => `order-${n}`);
    const revisions = await Promise.all(ids.map((id, n) => store.save(record(id, { wakeAt: n }), undefined)));
    const more = tableStore({ client, wakeShards: 20 });
    for (const one of [store, more]) {
      expect(await one.due(1_000, 1_000)).toEqual(ids);
      expect(await one.due(49, 7)).toEqual(ids.slice(0, 7));
      expect(await one.due(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)).toHaveLength(60);
      expect(await one.due(10, -1)).toEqual([]);
      expect(await one.due(10, 2.7)).toHaveLength(2);
    }
    const shards = new Set<string>();
    for await (const { partitionKey = '' } of client.listEntities()) {
      if (partitionKey.startsWith('wake:')) shards.add(partitionKey);
    }
    expect(shards.size).toBe(8);
    await Promise.all(ids.map((id, n) => more.save(record(id, { revision: 2 }), revisions[n])));
    expect(await hintsIn(client)).toEqual([]);
  });

  it('of a shard are read page by page, none of them after a later one of another shard', async () => {
    const { client, store } = await fresh({ wakeShards: 2 });
    const ids = Array.from({ length: 250 }, (_, n) => `p${n}`);
    for (const id of ids) await store.save(record(id, { wakeAt: 1 }), undefined);
    const first: string[] = [];
    for await (const { partitionKey, rowKey = '' } of client.listEntities()) {
      if (partitionKey === 'wake:0') first.push(rowKey.split('.')[1] ?? '');
    }
    expect(first.length).toBeGreaterThan(105);
    // All of one shard is earlier than the other.
    const ordered = [...first, ...ids.filter((id) => !first.includes(id))];
    const { store: skewed } = await fresh({ wakeShards: 2 });
    for (const [n, id] of ordered.entries()) await skewed.save(record(id, { wakeAt: n }), undefined);
    expect(await skewed.due(1_000, 1_000)).toEqual(ordered);
    expect(await skewed.due(1_000, 105)).toEqual(ordered.slice(0, 105));
  });

  it('go with their process when it is deleted', async () => {
    const { client, store } = await fresh();
    await store.save(record('p', { wakeAt: T }), undefined);
    await store.save(record('q'), undefined);
    expect(await callsOf(async () => store.delete?.('p'))).toEqual([
      ...['GetEntity process', 'DeleteEntity process', 'DeleteEntity wake'],
    ]);
    expect(await callsOf(async () => store.delete?.('q'))).toEqual([
      ...['GetEntity process', 'DeleteEntity process'],
    ]);
    expect(await hintsIn(client)).toEqual([]);
  });

  it('stay with a process that a removal has overtaken, or that began anew while the removal was tried once more', async () => {
    const { client, store, time } = await fresh();
    const first = await store.save(record('p', { wakeAt: T }), undefined);
    const overtaken = Object.create(client) as typeof client;
    overtaken.deleteEntity = async (...call) => {
      await store.save(record('p', { wakeAt: T, revision: 2 }), first);
      return client.deleteEntity(...call);
    };
    await tableStore({ client: overtaken, clock: time }).delete?.('p');
    expect((await store.load('p'))?.record.revision).toBe(2);
    expect(await store.due(T, 10)).toEqual(['p']);

    const trying = Object.create(client) as typeof client;
    trying.deleteEntity = async (...call) => {
      await client.deleteEntity(...call);
      await store.save(record('p', { wakeAt: T + 1 }), undefined);
      return client.deleteEntity(...call);
    };
    await tableStore({ client: trying, clock: time }).delete?.('p');
    expect((await store.load('p'))?.record.revision).toBe(1);
    expect(await store.due(T + 1, 10)).toEqual(['p']);
  });
});
