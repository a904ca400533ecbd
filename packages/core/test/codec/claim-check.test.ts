import { expect, test } from 'vitest';
import { sample } from '../../../testing/src/contracts/store-case.ts';
import { type ClaimCheckOptions, withClaimCheck } from '../../src/codec.ts';
import { XorcaError } from '../../src/errors.ts';
import type { ProcessStore } from '../../src/ports.ts';
import { memoryStore } from '../../src/stores/memory-store.ts';
import { memoryObjects } from '../support/memory-objects.ts';

const T = 1_750_000_000_000;
const MINUTE = 60_000;
const LARGE = JSON.stringify({ text: 'ü'.repeat(600) });
const LARGER = JSON.stringify({ text: '🐋'.repeat(600) });

function setUp(options: Partial<ClaimCheckOptions> = {}, inner: ProcessStore = memoryStore()) {
  const objects = memoryObjects();
  const time = { ms: T, now: () => time.ms };
  const store = withClaimCheck(inner, { objects, threshold: 1_000, clock: time, ...options });
  return { inner, objects, time, store, keys: () => [...objects.texts.keys()] };
}

test('a body over the threshold lies in the storage, and the record keeps a short reference', async () => {
  const { inner, store, keys } = setUp({ prefix: 'x/' });
  await store.save(sample('p', { body: LARGE }), undefined);
  expect(keys()).toEqual([expect.stringMatching(/^x\/body\/p\.0001750000000000\.[0-9a-f-]{36}$/)]);
  const body = (await inner.load('p'))?.record.body ?? '';
  expect(body).toContain(keys()[0]?.slice(2));
  expect(body.length).toBeLessThan(200);
  expect((await store.load('p'))?.record.body).toBe(LARGE);
});

test('the threshold counts bytes of UTF-8, and a body of just so many stays', async () => {
  const { store, keys } = setUp({ threshold: 10 });
  for (const [id, body] of [
    ['a', '"12345678"'],
    ['b', '"éééé"'],
    ['c', '"🐋🐋"'],
  ] as const) {
    await store.save(sample(id, { body }), undefined);
  }
  expect(keys()).toEqual([]);
  await store.save(sample('d', { body: '"ééééé"' }), undefined);
  expect(keys()).toHaveLength(1);
});

test('the storage is written before the record, and the old object goes after it', async () => {
  const { inner, objects } = setUp();
  const log: string[] = [];
  const watched = withClaimCheck(
    {
      ...inner,
      async save(...args) {
        log.push('save');
        return inner.save(...args);
      },
    },
    {
      objects: {
        ...objects,
        async put(...args) {
          log.push('put');
          return objects.put(...args);
        },
        async delete(key) {
          log.push('delete');
          await objects.delete(key);
        },
      },
      threshold: 1_000,
    },
  );
  const first = await watched.save(sample('p', { body: LARGE }), undefined);
  const second = await watched.save(sample('p', { body: LARGER, revision: 2 }), first);
  await watched.save(sample('p', { revision: 3 }), second);
  expect(log).toEqual(['put', 'save', 'put', 'save', 'delete', 'save', 'delete']);
  expect(objects.texts.size).toBe(0);
});

test('a save that cannot put its object changes nothing', async () => {
  const objects = memoryObjects();
  const away = new XorcaError('XORCA_UNAVAILABLE', 'away', { retryable: true });
  const { inner, store } = setUp({ objects: { ...objects, put: () => Promise.reject(away) } });
  await expect(store.save(sample('p', { body: LARGE }), undefined)).rejects.toBe(away);
  expect(await inner.load('p')).toBeUndefined();
});

test('an update that loses its race takes its own object with it, and leaves the winner’s', async () => {
  const { store, objects } = setUp();
  const first = await store.save(sample('p', { body: LARGE }), undefined);
  const results = await Promise.allSettled(
    Array.from({ length: 8 }, (_, n) =>
      store.save(sample('p', { body: LARGE + ' '.repeat(n), revision: 2 }), first),
    ),
  );
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(objects.texts.size).toBe(1);
  expect((await store.load('p'))?.record.body.trim()).toBe(LARGE);
});

test('a create that loses its race leaves its object to the sweep', async () => {
  const { store, objects, time } = setUp();
  await store.save(sample('p', { body: LARGE }), undefined);
  await expect(store.save(sample('p', { body: LARGER }), undefined)).rejects.toMatchObject({
    code: 'XORCA_CONFLICT',
  });
  expect(objects.texts.size).toBe(2);
  time.ms += 21 * MINUTE;
  expect(await sweepAll(store, time.ms)).toBe(1);
  expect((await store.load('p'))?.record.body).toBe(LARGE);
});

test('a conflict with its own landed write, as a client that tries again makes it, keeps the object', async () => {
  const bare = memoryStore();
  const again: ProcessStore = {
    ...bare,
    async save(...args) {
      const revision = await bare.save(...args);
      return args[1] === undefined ? revision : bare.save(...args);
    },
  };
  const { store } = setUp({}, again);
  const first = await store.save(sample('p', { body: LARGE }), undefined);
  await expect(store.save(sample('p', { body: LARGER, revision: 2 }), first)).rejects.toMatchObject({
    code: 'XORCA_CONFLICT',
  });
  expect((await store.load('p'))?.record.body).toBe(LARGER);
});

test.each([
  ['landed', true],
  ['did not land', false],
])('after a save that failed without an answer and %s, the process can be read', async (_, lands) => {
  const bare = memoryStore();
  let failing = false;
  const { store, time, keys } = setUp(
    {},
    {
      ...bare,
      async save(...args) {
        if (!failing || lands) await bare.save(...args);
        if (failing) throw new XorcaError('XORCA_UNAVAILABLE', 'no answer', { retryable: true });
        return (await bare.load(args[0].id))?.revision ?? 0;
      },
    },
  );
  const first = await store.save(sample('p', { body: LARGE }), undefined);
  failing = true;
  await expect(store.save(sample('p', { body: LARGER, revision: 2 }), first)).rejects.toThrow('no answer');
  expect((await store.load('p'))?.record.body).toBe(lands ? LARGER : LARGE);
  time.ms += 21 * MINUTE;
  expect(await sweepAll(store, time.ms)).toBe(1);
  expect(keys()).toHaveLength(1);
  expect((await store.load('p'))?.record.body).toBe(lands ? LARGER : LARGE);
});

test('a reader whose object was removed by a save in between reads the newer record', async () => {
  const { store, objects, inner } = setUp();
  const first = await store.save(sample('p', { body: LARGE }), undefined);
  let between = true;
  const slow = withClaimCheck(inner, {
    objects: {
      ...objects,
      async get(key) {
        if (between) {
          between = false;
          await store.save(sample('p', { body: LARGER, revision: 2 }), first);
        }
        return objects.get(key);
      },
    },
  });
  const stored = await slow.load('p');
  expect(stored?.record).toEqual(sample('p', { body: LARGER, revision: 2 }));
  await slow.save(sample('p', { revision: 3 }), stored?.revision);
});

test('a reader whose process was deleted in between finds none', async () => {
  const { store, objects, inner } = setUp();
  await store.save(sample('p', { body: LARGE }), undefined);
  const slow = withClaimCheck(inner, {
    objects: {
      ...objects,
      async get(key) {
        await store.delete?.('p');
        return objects.get(key);
      },
    },
  });
  expect(await slow.load('p')).toBeUndefined();
  expect(objects.texts.size).toBe(0);
});

test('a reader that meets nothing but newer saves is told to try again', async () => {
  const { inner } = setUp();
  const objects = memoryObjects();
  const writer = withClaimCheck(inner, { objects, threshold: 0 });
  let revision = await writer.save(sample('p', { body: LARGE }), undefined);
  const slow = withClaimCheck(inner, {
    objects: {
      ...objects,
      async get(key) {
        revision = await writer.save(sample('p', { body: LARGE }), revision);
        return objects.get(key);
      },
    },
  });
  await expect(slow.load('p')).rejects.toMatchObject({ code: 'XORCA_UNAVAILABLE', retryable: true });
});

test.each([
  ['is gone', undefined],
  ['is empty', ''],
  ['is cut off', `"p"\n${LARGE.slice(0, -3)}`],
  ['is another process’s', `"q"\n${LARGE}`],
  ['is another body', `"p"\n${LARGER}`],
  ['is no such text', LARGE],
])('an object that %s is named, and the record is left alone', async (_, text) => {
  const { inner, store, objects, keys } = setUp();
  await store.save(sample('p', { body: LARGE }), undefined);
  const before = await inner.load('p');
  const [key = ''] = keys();
  if (text === undefined) objects.texts.delete(key);
  else objects.texts.set(key, text);
  const error = await store.load('p').catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'XORCA_CORRUPT_RECORD', processId: 'p' });
  expect(String(error)).toContain(key);
  expect(await inner.load('p')).toEqual(before);
  await store.delete?.('p');
  expect(await store.load('p')).toBeUndefined();
});

test('a body that looks like a reference is kept as what it is', async () => {
  const { inner, store, keys } = setUp();
  const forged = `xorca-claim/1 body/p.0001750000000000.x ${'0'.repeat(64)}`;
  for (const body of [forged, 'xorca-claim/', 'xorca-claim/9 what']) {
    await store.save(sample(body, { body }), undefined);
    expect((await store.load(body))?.record.body).toBe(body);
  }
  expect(keys()).toHaveLength(3);
  await inner.save(sample('p', { body: 'xorca-claim/9 what' }), undefined);
  await expect(store.load('p')).rejects.toMatchObject({ code: 'XORCA_CORRUPT_RECORD' });
});

test('a record from before there was a claim check is read, and goes out with its next save', async () => {
  const { inner, store, keys } = setUp();
  await inner.save(sample('p', { body: LARGE }), undefined);
  const stored = await store.load('p');
  expect(stored?.record.body).toBe(LARGE);
  await store.save(sample('p', { body: LARGE, revision: 2 }), stored?.revision);
  expect(keys()).toHaveLength(1);
});

test('one claim check over another keeps them apart', async () => {
  const { store: inner } = setUp();
  const { store, keys } = setUp({}, inner);
  const first = await store.save(sample('p', { body: LARGE }), undefined);
  await store.save(sample('p', { body: LARGER }), first);
  expect((await store.load('p'))?.record.body).toBe(LARGER);
  expect(keys()).toHaveLength(1);
});

test('a save with the revision of another process leaves that one its object', async () => {
  const bare = memoryStore();
  // Some stores count for each process anew, and cannot tell the revision of one from that of another.
  const counting: ProcessStore = {
    ...bare,
    async load(id) {
      const stored = await bare.load(id);
      return stored && { ...stored, revision: stored.record.revision };
    },
    async save(record, expected) {
      const stored = await bare.load(record.id);
      if (stored?.record.revision !== expected) throw new XorcaError('XORCA_CONFLICT', 'conflict');
      await bare.save(record, stored?.revision);
      return record.revision;
    },
  };
  const { store } = setUp({}, counting);
  const revision = await store.save(sample('p', { body: LARGE }), undefined);
  await store.save(sample('q', { body: LARGE }), undefined);
  await store.save(sample('q', { body: LARGER, revision: 2 }), revision);
  expect((await store.load('p'))?.record.body).toBe(LARGE);
});

test('a failing removal fails neither a save nor a delete', async () => {
  const objects = memoryObjects();
  const { store } = setUp({ objects: { ...objects, delete: () => Promise.reject(new Error('no')) } });
  const first = await store.save(sample('p', { body: LARGE }), undefined);
  await store.save(sample('p', { body: LARGER }), first);
  await store.delete?.('p');
  expect(await store.load('p')).toBeUndefined();
  expect(objects.texts.size).toBe(2);
});

test('the sweep removes what is named by no record and old, page by page, and nothing else', async () => {
  const { inner, store, objects, time } = setUp({ prefix: 'x/' });
  const long = '日'.repeat(200);
  const ids = ['p', long, ...Array.from({ length: 20 }, (_, n) => `process ${n}`)];
  for (const id of ids) await store.save(sample(id, { body: LARGE }), undefined);
  objects.texts.set('x/body/of-somebody-else', 'kept');
  const named = new Set(objects.texts.keys());
  for (const id of ids) await store.save(sample(id, { body: LARGER }), undefined).catch(() => {});
  await inner.delete?.('p');
  const kept = (key: string) => named.has(key) && !key.startsWith('x/body/p.');

  expect(await sweepAll(store, time.ms + 20 * MINUTE)).toBe(0);
  expect(await sweepAll(store, time.ms + 20 * MINUTE + 1)).toBe(ids.length + 1);
  expect([...objects.texts.keys()].filter((key) => !kept(key))).toEqual([]);
  expect(objects.texts.size).toBe(ids.length);
  for (const id of ids.slice(1)) expect((await store.load(id))?.record.body).toBe(LARGE);
});

test('the sweep keeps what belongs to a record that cannot be read, and stops where the store is away', async () => {
  for (const [code, removed] of [
    ['XORCA_CORRUPT_RECORD', 0],
    ['XORCA_CODEC', 0],
  ] as const) {
    const { inner, store, objects } = setUp();
    await store.save(sample('p', { body: LARGE }), undefined);
    const broken = { ...inner, load: () => Promise.reject(new XorcaError(code, 'unreadable')) };
    expect(await sweepAll(withClaimCheck(broken, { objects }), T + 1e9)).toBe(removed);
    expect(objects.texts.size).toBe(1);
  }
  const { inner, store, objects } = setUp();
  await store.save(sample('p', { body: LARGE }), undefined);
  const away = { ...inner, load: () => Promise.reject(new Error('away')) };
  await expect(withClaimCheck(away, { objects }).sweep(T + 1e9)).rejects.toThrow('away');
  expect(objects.texts.size).toBe(1);
});

test('options that mean nothing are refused', () => {
  const objects = memoryObjects();
  const config = expect.objectContaining({ code: 'XORCA_CONFIG' });
  expect(() => withClaimCheck(memoryStore(), {} as ClaimCheckOptions)).toThrow(config);
  expect(() => withClaimCheck(memoryStore(), { objects, threshold: Number.NaN })).toThrow(config);
  expect(() => withClaimCheck(memoryStore(), { objects, treshold: 1 } as ClaimCheckOptions)).toThrow(
    '"threshold"',
  );
});

async function sweepAll(store: ReturnType<typeof withClaimCheck>, now: number): Promise<number> {
  let removed = 0;
  let cursor: string | undefined;
  do {
    const page = await store.sweep(now, cursor);
    removed += page.removed;
    cursor = page.next;
  } while (cursor !== undefined);
  return removed;
}
