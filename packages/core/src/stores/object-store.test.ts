import { describe, expect, it } from 'vitest';
import { hostileIds } from '../../../testing/src/contracts/hostile-ids.ts';
import { type StoreUnderTest, sample } from '../../../testing/src/contracts/store-case.ts';
import { storeContract } from '../../../testing/src/contracts/store-contract.ts';
import { memoryObjects } from '../../test/support/memory-objects.ts';
import { XorcaError } from '../errors.ts';
import type { ObjectStorage } from './object-storage.ts';
import { objectStore } from './object-store.ts';

const MINUTE = 60_000;
const T = 1_750_000_000_000;

describe('objectStore', () => {
  for (const { name, run, show } of storeContract) {
    it(name, () => run(() => objectStore(memoryObjects())));
    it(`below a prefix, ${name}`, () => run(() => objectStore(memoryObjects(1_000), { prefix: 'a|b/x/' })));
    it(`on a storage with outages and a virtual clock, ${name}`, async () => {
      // The storage under it has no limit of its own; everything else can be shown.
      const needs = /^where the maker names a limit/.test(name) ? 'maxBodyBytes' : undefined;
      expect(await show(inMovingWorld)).toBe(needs);
    });
  }

  it('writes the hint before the record, and none when the wakeAt stays or is cleared', async () => {
    const { objects, store } = setup();
    const first = await store.save(sample('p', { wakeAt: T }), undefined);
    expect(writes(objects)).toEqual(['put wake', 'put process']);
    const second = await store.save(sample('p', { wakeAt: T, revision: 2 }), first);
    expect(writes(objects)).toEqual(['put process']);
    const third = await store.save(sample('p', { wakeAt: T + 1, revision: 3 }), second);
    expect(writes(objects)).toEqual(['put wake', 'put process', 'delete wake']);
    await store.save(sample('p', { revision: 4 }), third);
    expect(writes(objects)).toEqual(['put process', 'delete wake']);
    expect([...objects.texts.keys()]).toEqual(['process/p']);
  });

  it('finds a record whose save stood between hint and record while due ran with everything to sweep', async () => {
    const { objects, store, time } = setup();
    const old = await store.save(sample('p'), undefined);
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = objectStore(
      {
        ...objects,
        put: async (key, text, condition) => {
          if (key.startsWith('process/')) await gate;
          return objects.put(key, text, condition);
        },
      },
      { clock: time },
    );
    const save = slow.save(sample('p', { wakeAt: T - 60 * MINUTE, revision: 2 }), old);
    time.ms += 15 * MINUTE;
    expect(await store.due(T + 60 * MINUTE, 10)).toEqual([]);
    release();
    await save;
    expect(await store.due(T + 60 * MINUTE, 10)).toEqual(['p']);
  });

  it('keeps the hint of a save that was told of a conflict: the write may have gone through unseen', async () => {
    const { objects, store } = setup();
    const lost = objectStore({
      ...objects,
      put: async (key, text, condition) => {
        const tag = await objects.put(key, text, condition);
        // The client's own second try meets the first one's write.
        return key.startsWith('process/') ? objects.put(key, text, condition) : tag;
      },
    });
    await expect(lost.save(sample('p', { wakeAt: T }), undefined)).rejects.toMatchObject({
      code: 'XORCA_CONFLICT',
    });
    expect(await store.due(T, 10)).toEqual(['p']);
  });

  it('sweeps a leftover hint when it is older than any invocation, and only then', async () => {
    const { objects, store, time } = setup();
    await store.save(sample('p', { wakeAt: T }), undefined);
    await expect(store.save(sample('p', { wakeAt: T - 1 }), undefined)).rejects.toThrow();
    await expect(store.save(sample('gone', { wakeAt: T - 1 }), 'tag|1')).rejects.toThrow();
    time.ms += 20 * MINUTE;
    expect(await store.due(T, 10)).toEqual(['p']);
    expect(hints(objects)).toHaveLength(3);
    time.ms += 1;
    expect(await store.due(T, 10)).toEqual(['p']);
    expect(hints(objects)).toHaveLength(1);
    time.ms += 1e12;
    expect(await store.due(T, 10)).toEqual(['p']);
  });

  it('goes on when a leftover hint cannot be removed', async () => {
    const { objects } = setup();
    const store = objectStore({ ...objects, delete: () => Promise.reject(new Error('no')) });
    const revision = await store.save(sample('p', { wakeAt: T }), undefined);
    await store.save(sample('p', { revision: 2 }), revision);
    expect(await store.due(T, 10)).toEqual([]);
  });

  it('lets leftover hints hide no record behind the limit', async () => {
    const { store } = setup();
    for (let n = 0; n < 40; n++) await store.save(sample('old', { wakeAt: T - 50 }), 'x|y').catch(() => {});
    await store.save(sample('p', { wakeAt: T }), undefined);
    expect(await store.due(T, 1)).toEqual(['p']);
  });

  it('names the process of a record that is damaged, and leaves the record alone', async () => {
    for (const id of ['p', hostileIds.find((each) => each.length > 4_000) ?? '']) {
      for (const text of ['{"id":', '', '[]', '{"id":"p"}', 'null', '{}']) {
        const { objects, store } = setup();
        await store.save(sample(id, { wakeAt: T }), undefined);
        await store.save(sample('fine', { wakeAt: T }), undefined);
        const key = [...objects.texts.keys()].find((each) => /process\/(?!fine)/.test(each)) ?? '';
        objects.texts.set(key, text);
        await expect(store.load(id)).rejects.toMatchObject({ code: 'XORCA_CORRUPT_RECORD', processId: id });
        expect([...(await store.due(T, 10))].sort()).toEqual(['fine', id].sort());
        expect((await store.list({})).items.map((item) => item.id)).toEqual(['fine']);
        expect(objects.texts.get(key)).toBe(text);
        await store.delete?.(id);
        expect(await store.load(id)).toBeUndefined();
      }
    }
  });

  it('reads an object from before states and stuck existed: in no state it knows of, and not stuck', async () => {
    const { objects, store } = setup();
    const { states: _, stuck: __, ...older } = sample('p');
    objects.texts.set('process/p', JSON.stringify({ ...older, hint: null, stamp: 'x' }));
    const stored = await store.load('p');
    expect(stored?.record).toEqual({ ...older, states: [], stuck: false });
    expect((await store.list({ stuck: false })).items).toHaveLength(1);
    await store.save(sample('p', { revision: 2, stuck: true }), stored?.revision);
    expect((await store.list({ stuck: true, state: 'Running' })).items).toHaveLength(1);
  });

  it('refuses an object whose states or stuck are of another type', async () => {
    for (const part of [{ states: 'Running' }, { states: [1] }, { stuck: 'no' }, { states: null }]) {
      const { objects, store } = setup();
      objects.texts.set('process/p', JSON.stringify({ ...sample('p'), ...part, hint: null, stamp: 'x' }));
      await expect(store.load('p')).rejects.toMatchObject({ code: 'XORCA_CORRUPT_RECORD', processId: 'p' });
    }
  });

  it('refuses an object that holds the record of another process', async () => {
    const { objects, store } = setup();
    await store.save(sample('a'), undefined);
    objects.texts.set('process/b', objects.texts.get('process/a') ?? '');
    await expect(store.load('b')).rejects.toMatchObject({ code: 'XORCA_CORRUPT_RECORD', processId: 'b' });
  });

  it('keeps its keys below 256 bytes of plain ASCII beyond the prefix', async () => {
    const { objects, store } = setup();
    for (const id of hostileIds) await store.save(sample(id, { wakeAt: T }), undefined);
    for (const key of objects.texts.keys()) expect(key).toMatch(/^(process|wake)\/[a-z0-9_.=~-]{1,240}$/);
  });

  it('refuses an option it does not know', () => {
    expect(() => objectStore(memoryObjects(), { prefx: 'x' } as object)).toThrow('prefix');
  });
});

// Every call of the storage fails during an outage, and loses its answer when it writes while replies are lost.
function inMovingWorld(): StoreUnderTest {
  const objects = memoryObjects();
  const time = { ms: T, now: () => time.ms };
  let trouble: 'none' | 'away' | 'lostReply' = 'none';
  const down = () => new XorcaError('XORCA_UNAVAILABLE', 'The storage is away.', { retryable: true });
  const through = async <Result>(call: () => Promise<Result>, writes = true): Promise<Result> => {
    if (trouble === 'away') throw down();
    const result = await call();
    if (trouble === 'lostReply' && writes) throw down();
    return result;
  };
  const during = (kind: typeof trouble) => async (work: () => Promise<void>) => {
    trouble = kind;
    await work().finally(() => {
      trouble = 'none';
    });
  };
  const storage: ObjectStorage = {
    get: (key) => through(() => objects.get(key), false),
    put: (...put) => through(() => objects.put(...put)),
    list: (...list) => through(() => objects.list(...list), false),
    delete: (key) => through(() => objects.delete(key)),
  };
  return {
    store: objectStore(storage, { clock: time }),
    advance(ms) {
      time.ms += ms;
    },
    outages: { away: during('away'), throttled: during('away'), lostReply: during('lostReply') },
  };
}

function setup() {
  const objects = memoryObjects();
  const time = { ms: T, now: () => time.ms };
  return { objects, time, store: objectStore(objects, { clock: time }) };
}

function hints(objects: { texts: Map<string, string> }): string[] {
  return [...objects.texts.keys()].filter((key) => key.startsWith('wake/'));
}

function writes(objects: { calls: string[] }): string[] {
  return objects.calls.splice(0).flatMap((call) => /^(?:put|delete) \w+/.exec(call)?.[0] ?? []);
}
