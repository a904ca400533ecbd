import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sample } from '../../../testing/src/contracts/store-case.ts';
import { type BodyCodec, compress, encrypt, withCodec } from '../../src/codec.ts';
import type { CloudEvent, EventPublisher } from '../../src/index.ts';
import type { ProcessStore } from '../../src/ports.ts';
import { memoryStore } from '../../src/stores/memory-store.ts';

const KEYS = { keys: { k1: new Uint8Array(32).fill(1) }, use: 'k1' };
const CHAINS: Record<string, BodyCodec[]> = {
  'no codec': [],
  compress: [compress({ minBytes: 0 })],
  'compress with raw deflate': [compress({ minBytes: 0, algorithm: 'deflate-raw' })],
  encrypt: [encrypt(KEYS)],
  'compress and encrypt': [compress({ minBytes: 0 }), encrypt(KEYS)],
};
const HOSTILE = [
  '',
  '{}',
  'xorca-body/1 plain e30=',
  'xorca-body/1 gzip not at all',
  'xorca-body/2 x y',
  'xorca-body/',
  '\ufeff{"a":"\u0000\u2028🦈"}',
  JSON.stringify({ half: '\ud800', other: '\udc00' }),
  JSON.stringify({ text: 'A page of a book. '.repeat(60_000) }),
];

async function roundTrip(store: ProcessStore, id: string, body: string) {
  const old = await store.load(id);
  await store.save(sample(id, { body }), old?.revision);
  return (await store.load(id))?.record.body;
}

test.each(Object.entries(CHAINS))('%s gives back any text to the letter', async (_, chain) => {
  const store = withCodec(memoryStore(), chain);
  for (const body of HOSTILE) expect((await roundTrip(store, 'p', body)) === body).toBe(true);
  const text = fc.oneof(fc.json(), fc.string({ unit: 'binary', maxLength: 400 }));
  await fc.assert(
    fc.asyncProperty(text, async (body) => {
      expect(await roundTrip(store, 'p', body)).toBe(body);
    }),
    { numRuns: 200 },
  );
});

test('one codec over another gives back any text to the letter', async () => {
  const inner = withCodec(memoryStore(), [compress({ minBytes: 0 })]);
  const store = withCodec(inner, [compress({ minBytes: 0 }), encrypt(KEYS)]);
  for (const body of HOSTILE) expect((await roundTrip(store, 'p', body)) === body).toBe(true);
});

test('everything but the body passes through: revisions, effects and the publisher that the store carries', async () => {
  const carries: EventPublisher = { publish: async () => {} };
  const seen: (readonly CloudEvent[] | undefined)[] = [];
  const bare = memoryStore();
  const inner: ProcessStore = {
    ...bare,
    carries,
    save(record, expected, effects) {
      seen.push(effects);
      return bare.save(record, expected, effects);
    },
  };
  const store = withCodec(inner, compress());
  const effects = [{ specversion: '1.0', id: '1', source: '/', type: 'cmd.a' } as CloudEvent];
  const revision = await store.save(sample('p', { wakeAt: 5 }), undefined, effects);
  expect(store.carries).toBe(carries);
  expect(seen).toEqual([effects]);
  expect((await inner.load('p'))?.revision).toBe(revision);
  expect(await store.due(5, 1)).toEqual(['p']);
});

test('a store that cannot delete does not seem to', () => {
  const { delete: _, ...store } = memoryStore();
  expect('delete' in withCodec(store, compress())).toBe(false);
  expect('carries' in withCodec(store, compress())).toBe(false);
});

test('a store that is an object of a class keeps its methods', async () => {
  class ClassStore implements ProcessStore {
    readonly #store = memoryStore();
    load: ProcessStore['load'] = (id) => this.#store.load(id);
    async save(...args: Parameters<ProcessStore['save']>) {
      return this.#store.save(...args);
    }
    async due(now: number, limit: number) {
      return this.#store.due(now, limit);
    }
    async list(query: Parameters<ProcessStore['list']>[0]) {
      return this.#store.list(query);
    }
    async delete(id: string) {
      await this.#store.delete?.(id);
    }
  }
  const store = withCodec(new ClassStore(), compress({ minBytes: 0 }));
  await store.save(sample('p', { wakeAt: 1 }), undefined);
  expect(await store.due(1, 1)).toEqual(['p']);
  expect((await store.list({})).items).toHaveLength(1);
  await store.delete?.('p');
  expect(await store.load('p')).toBeUndefined();
});

test('a body from before there was a codec is read, and encoded by its next save', async () => {
  const inner = memoryStore();
  const store = withCodec(inner, compress({ minBytes: 0 }));
  const body = JSON.stringify({ pages: Array(50).fill('the same page') });
  await inner.save(sample('p', { body }), undefined);
  const stored = await store.load('p');
  expect(stored?.record.body).toBe(body);
  await store.save(sample('p', { body, revision: 2 }), stored?.revision);
  expect((await inner.load('p'))?.record.body).toMatch(/^xorca-body\/1 gzip /);
  expect((await store.load('p'))?.record.body).toBe(body);
});

test('a codec of one’s own takes its place among the others', async () => {
  const flip: BodyCodec = {
    name: 'flip',
    encode: async (bytes) => ({ layer: 'flip(255)', bytes: bytes.map((byte) => byte ^ 255) }),
    decode: (layer, bytes) =>
      layer === 'flip(255)' ? Promise.resolve(bytes.map((byte) => byte ^ 255)) : undefined,
  };
  const inner = memoryStore();
  const store = withCodec(inner, [flip, encrypt(KEYS)]);
  await store.save(sample('p'), undefined);
  expect((await inner.load('p'))?.record.body).toMatch(/^xorca-body\/1 flip\(255\)\+aes-256-gcm\(k1\) /);
  expect((await store.load('p'))?.record).toEqual(sample('p'));
});

test.each([
  ['xorca-body/1 gzip', 'cut off'],
  ['xorca-body/1 gzip !!!!', 'damaged'],
  ['xorca-body/1 gzip e3', 'damaged'],
  ['xorca-body/1 gzip+ e30=', 'damaged'],
  ['xorca-body/1 plain ', ''],
  ['xorca-body/1 plain /w==', 'no text'],
  ['xorca-body/1 plain e31=', 'damaged or cut off'],
  ['xorca-body/1 lzma e30=', 'lzma, which none of the codecs here reads (compress())'],
  [`xorca-body/1 ${Array(9).fill('gzip').join('+')} e30=`, 'damaged'],
  ['xorca-body/2 gzip e30=', 'format xorca-body/2'],
])('the stored text %s is read or refused for what it is', async (body, fault) => {
  const inner = memoryStore();
  await inner.save(sample('p', { body }), undefined);
  const store = withCodec(inner, compress());
  if (fault === '') return expect((await store.load('p'))?.record.body).toBe('');
  const error = await store.load('p').catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'XORCA_CODEC', processId: 'p', retryable: false });
  expect(String(error)).toContain(fault);
  expect((await inner.load('p'))?.record.body).toBe(body);
  expect((await store.list({})).items).toHaveLength(1);
});

test('half a surrogate pair is refused before it is lost', async () => {
  const store = withCodec(memoryStore(), compress());
  const save = store.save(sample('p', { body: '"\ud800"' }), undefined);
  await expect(save).rejects.toMatchObject({ code: 'XORCA_CODEC', processId: 'p' });
  expect(await store.load('p')).toBeUndefined();
});

test('encrypt before compress is refused: there would be nothing left to compress', () => {
  const wrong = () => withCodec(memoryStore(), [encrypt(KEYS), compress()]);
  expect(wrong).toThrow(expect.objectContaining({ code: 'XORCA_CONFIG' }));
  expect(wrong).toThrow('end of the list');
});
