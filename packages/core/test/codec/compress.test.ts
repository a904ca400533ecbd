import { Duplex } from 'node:stream';
import { createZstdCompress, createZstdDecompress, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { sample } from '../../../testing/src/contracts/store-case.ts';
import { type CompressOptions, compress, withCodec } from '../../src/codec.ts';
import { memoryStore } from '../../src/stores/memory-store.ts';

const BODY = JSON.stringify({ pages: Array.from({ length: 300 }, (_, n) => `page ${n} of the book`) });

function setUp(options: CompressOptions = {}) {
  const inner = memoryStore();
  return {
    store: withCodec(inner, compress(options)),
    stored: async () => (await inner.load('p'))?.record.body ?? '',
    put: (body: string) => inner.save(sample('p', { body }), undefined),
  };
}

afterEach(() => {
  vi.unstubAllGlobals();
});

test('a large body gets smaller, a small one stays as it is', async () => {
  const { store, stored } = setUp();
  const revision = await store.save(sample('p', { body: BODY }), undefined);
  expect((await stored()).length).toBeLessThan(BODY.length / 3);
  await store.save(sample('p', { body: '{"n":1}', revision: 2 }), revision);
  expect(await stored()).toBe('{"n":1}');
});

test('what does not get smaller stays as it is', async () => {
  const { store, stored } = setUp({ minBytes: 0 });
  const bytes = crypto.getRandomValues(new Uint8Array(3_000));
  const body = JSON.stringify(btoa(String.fromCharCode(...bytes)));
  await store.save(sample('p', { body }), undefined);
  expect(await stored()).toBe(body);
});

test.each([
  ['gzip', 'deflate-raw'],
  ['deflate-raw', 'gzip'],
] as const)('what %s wrote is read by a codec that writes %s', async (first, second) => {
  const inner = memoryStore();
  await withCodec(inner, compress({ algorithm: first })).save(sample('p', { body: BODY }), undefined);
  expect((await inner.load('p'))?.record.body).toMatch(`xorca-body/1 ${first} `);
  const store = withCodec(inner, compress({ algorithm: second, minBytes: Number.POSITIVE_INFINITY }));
  expect((await store.load('p'))?.record.body).toBe(BODY);
});

test('a damaged gzip is found wherever it is damaged', async () => {
  const { store, stored } = setUp();
  await store.save(sample('p', { body: BODY }), undefined);
  const text = await stored();
  const start = text.lastIndexOf(' ') + 1;
  await fc.assert(
    fc.asyncProperty(
      fc.nat(text.length - start - 1),
      fc.constantFrom('A', 'z', '/', '='),
      async (at, char) => {
        const damaged = text.slice(0, start + at) + char + text.slice(start + at + 1);
        const other = setUp();
        await other.put(damaged);
        const read = await other.store.load('p').catch((error: { code: string }) => error.code);
        // Four bytes of a gzip header say only when and where it was made: nothing is lost with them.
        expect([BODY, 'XORCA_CODEC']).toContain(typeof read === 'string' ? read : read?.record.body);
      },
    ),
    { numRuns: 150 },
  );
  for (const cut of [1, 5, 12, text.length - start - 4, text.length - start]) {
    const other = setUp();
    await other.put(text.slice(0, text.length - cut));
    await expect(other.store.load('p')).rejects.toMatchObject({ code: 'XORCA_CODEC' });
  }
});

test('what follows the end of the compressed body is damage', async () => {
  const { store, put } = setUp();
  const whole = Buffer.concat([gzipSync('{}'), Buffer.from('more')]);
  await put(`xorca-body/1 gzip ${whole.toString('base64')}`);
  await expect(store.load('p')).rejects.toMatchObject({ code: 'XORCA_CODEC' });
});

test('a body that unfolds to more than the bound is refused before it fills the memory', async () => {
  const { store, put, stored } = setUp();
  const bomb = gzipSync(Buffer.alloc(64 * 1_048_576)).toString('base64');
  expect(bomb.length).toBeLessThan(100_000);
  await put(`xorca-body/1 gzip ${bomb}`);
  const error = await store.load('p').catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'XORCA_CODEC', processId: 'p' });
  expect(String(error)).toContain('16777216');
  expect(await stored()).toContain(bomb);
});

test('nothing is written that could not be read again', async () => {
  const { store } = setUp({ maxBytes: 2_000 });
  const save = store.save(sample('p', { body: BODY }), undefined);
  await expect(save).rejects.toMatchObject({
    code: 'XORCA_STATE_TOO_LARGE',
    processId: 'p',
    retryable: false,
  });
  const fits = JSON.stringify('x'.repeat(1_998));
  await store.save(sample('p', { body: fits }), undefined);
  expect((await store.load('p'))?.record.body).toBe(fits);
});

test('zstd where the platform lacks it is an error that says what to do, on writing and on reading', async () => {
  vi.stubGlobal('CompressionStream', platformStream(CompressionStream, undefined));
  vi.stubGlobal('DecompressionStream', platformStream(DecompressionStream, undefined));
  expect(() => compress({ algorithm: 'zstd' })).toThrow(expect.objectContaining({ code: 'XORCA_CONFIG' }));
  expect(() => compress({ algorithm: 'zstd' })).toThrow("Take 'gzip'");
  const { store, put } = setUp();
  await put('xorca-body/1 zstd e30=');
  await expect(store.load('p')).rejects.toMatchObject({ code: 'XORCA_CODEC' });
});

test('zstd where the platform has it is written on demand, and read without being asked for', async () => {
  vi.stubGlobal('CompressionStream', platformStream(CompressionStream, createZstdCompress));
  vi.stubGlobal('DecompressionStream', platformStream(DecompressionStream, createZstdDecompress));
  const inner = memoryStore();
  await withCodec(inner, compress({ algorithm: 'zstd' })).save(sample('p', { body: BODY }), undefined);
  expect((await inner.load('p'))?.record.body).toMatch(/^xorca-body\/1 zstd /);
  expect((await withCodec(inner, compress()).load('p'))?.record.body).toBe(BODY);
});

test('options that mean nothing are refused', () => {
  const config = expect.objectContaining({ code: 'XORCA_CONFIG' });
  expect(() => compress({ algorithm: 'gzp' as 'gzip' })).toThrow('Did you mean "gzip"?');
  expect(() => compress({ minBytes: Number.NaN })).toThrow(config);
  expect(() => compress({ maxBytes: -1 })).toThrow(config);
  expect(() => compress({ minByte: 1 } as CompressOptions)).toThrow('minBytes');
});

/** A platform with or without zstd, whichever this one is: Node's own streams, and its zlib for what they lack. */
function platformStream(Native: typeof CompressionStream, zstd: typeof createZstdCompress | undefined) {
  return new Proxy(Native, {
    construct(_, [format]: [string]) {
      if (format !== 'zstd') return new Native(format as 'gzip');
      if (!zstd) throw new TypeError(`${format} is no format`);
      return Duplex.toWeb(zstd());
    },
  });
}
