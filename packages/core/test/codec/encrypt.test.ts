import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sample } from '../../../testing/src/contracts/store-case.ts';
import { compress, type EncryptionKey, type EncryptOptions, encrypt, withCodec } from '../../src/codec.ts';
import type { ProcessRecord } from '../../src/ports.ts';
import { memoryStore } from '../../src/stores/memory-store.ts';

const RAW = { k1: new Uint8Array(32).fill(1), k2: new Uint8Array(32).fill(2) };
const K1 = { keys: { k1: RAW.k1 }, use: 'k1' };
const BODY = JSON.stringify({ patient: 'Ada', pages: Array(40).fill('the same page') });

function setUp(options: EncryptOptions = K1, inner = memoryStore()) {
  const store = withCodec(inner, [compress({ minBytes: 200 }), encrypt(options)]);
  const raw = async (id = 'p') => (await inner.load(id))?.record as ProcessRecord;
  return { inner, store, raw };
}

const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: Error & { code: string }) => error,
  );

test('what is stored shows nothing of the body, and never the same text twice', async () => {
  const { store, raw } = setUp();
  const texts = new Set<string>();
  let revision: Awaited<ReturnType<typeof store.save>> | undefined;
  for (let n = 0; n < 20; n++) {
    revision = await store.save(sample('p', { body: BODY }), revision);
    const { body } = await raw();
    expect(body).toMatch(/^xorca-body\/1 gzip\+aes-256-gcm\(k1\) [A-Za-z0-9+/=]+$/);
    expect(body + atob(body.slice(body.lastIndexOf(' ') + 1))).not.toContain('Ada');
    texts.add(body.slice(0, 60));
  }
  expect(texts.size).toBe(20);
});

test('any character that is changed, added or taken away is found', async () => {
  const { store, raw } = setUp();
  await store.save(sample('p', { body: BODY }), undefined);
  const { body } = await raw();
  const change = fc.constantFrom(
    (at: number, char: string) => body.slice(0, at) + char + body.slice(at + 1),
    (at: number, char: string) => body.slice(0, at) + char + body.slice(at),
    (at: number) => body.slice(0, at) + body.slice(at + 1),
    (at: number) => body.slice(0, at),
  );
  const char = fc.constantFrom(...'AZaz09+/= \n{}()');
  const places = fc.nat(body.length - 1);
  const read = async (text: string) => {
    const { inner, store: other } = setUp();
    await inner.save(sample('p', { body: text }), undefined);
    return failure(other.load('p'));
  };
  await fc.assert(
    fc.asyncProperty(places, char, change, async (at, inserted, apply) => {
      const changed = apply(at, inserted);
      fc.pre(changed !== body);
      expect((await read(changed))?.code).toBe('XORCA_CODEC');
    }),
    { numRuns: 500 },
  );
  // Every byte of nonce, tag and of the ends of the cipher, one bit each.
  const start = body.lastIndexOf(' ') + 1;
  const bytes = Buffer.from(body.slice(start), 'base64');
  for (const at of [...Array(16).keys(), ...Array.from({ length: 20 }, (_, n) => bytes.length - 1 - n)]) {
    const flipped = Buffer.from(bytes);
    flipped.writeUInt8(flipped.readUInt8(at) ^ 1, at);
    expect((await read(body.slice(0, start) + flipped.toString('base64')))?.code, `byte ${at}`).toBe(
      'XORCA_CODEC',
    );
  }
});

test.each([
  ['the record of another process', { id: 'q' }],
  ['another orchestrator', { orchestrator: 'payments' }],
  ['another version of the machine', { version: '2.0.0' }],
  ['another status', { status: 'done' }],
  ['another revision', { revision: 9 }],
] as const)('a body that is moved to %s is refused', async (_, part) => {
  const { inner, store, raw } = setUp();
  await store.save(sample('p', { body: BODY }), undefined);
  const moved = setUp();
  await moved.inner.save({ ...(await raw()), ...part }, undefined);
  const error = await failure(moved.store.load('id' in part ? part.id : 'p'));
  expect(error).toMatchObject({ code: 'XORCA_CODEC', message: expect.stringContaining('moved') });
  expect((await inner.load('p'))?.record).toEqual(await raw());
});

test('a whole record that is found under another id is refused', async () => {
  const { inner, store } = setUp();
  await store.save(sample('p', { body: BODY }), undefined);
  const misled = withCodec({ ...inner, load: () => inner.load('p') }, [compress(), encrypt(K1)]);
  await expect(misled.load('q')).rejects.toMatchObject({ code: 'XORCA_CODEC', processId: 'q' });
});

test('a layer that is taken off or put on is refused by the key, not by what it would unfold to', async () => {
  const { store, raw } = setUp();
  await store.save(sample('p', { body: BODY }), undefined);
  const { body } = await raw();
  for (const layers of ['', 'deflate-raw+', 'gzip+gzip+']) {
    const { inner, store: other } = setUp();
    await inner.save(sample('p', { body: body.replace('gzip+', layers) }), undefined);
    expect((await failure(other.load('p')))?.message).toContain('does not decrypt with key "k1"');
  }
});

test('what only lists and wakes go by may change outside: it is not the body’s', async () => {
  const { store, raw } = setUp();
  await store.save(sample('p', { body: BODY }), undefined);
  const { inner, store: other } = setUp();
  await inner.save({ ...(await raw()), wakeAt: 7, updatedAt: 8 }, undefined);
  expect((await other.load('p'))?.record).toEqual(sample('p', { body: BODY, wakeAt: 7, updatedAt: 8 }));
});

test('after a rotation old bodies are read, new ones are written with the new key, and then the old key may go', async () => {
  const { inner, store } = setUp();
  const first = await store.save(sample('p', { body: BODY }), undefined);
  const rotated = setUp({ keys: RAW, use: 'k2' }, inner);
  expect((await rotated.store.load('p'))?.record.body).toBe(BODY);
  await rotated.store.save(sample('p', { body: BODY, revision: 2 }), first);
  expect((await rotated.raw()).body).toContain('aes-256-gcm(k2)');
  const { store: after } = setUp({ keys: { k2: RAW.k2 }, use: 'k2' }, inner);
  expect((await after.load('p'))?.record.body).toBe(BODY);
});

test('a key that is not there is named, with the process and with what to do', async () => {
  const { inner, store, raw } = setUp();
  await store.save(sample('p', { body: BODY }), undefined);
  const before = await raw();
  const error = await failure(setUp({ keys: { k2: RAW.k2 }, use: 'k2' }, inner).store.load('p'));
  expect(error).toMatchObject({ code: 'XORCA_CODEC', processId: 'p', retryable: false });
  for (const part of ['"p"', '"k1"', 'only "k2"', 'Add key "k1"']) expect(error?.message).toContain(part);
  expect(await raw()).toEqual(before);
});

test('another key under the same id is an error, never another text', async () => {
  const { inner, store } = setUp();
  await store.save(sample('p', { body: BODY }), undefined);
  const error = await failure(setUp({ keys: { k1: RAW.k2 }, use: 'k1' }, inner).store.load('p'));
  expect(error).toMatchObject({ code: 'XORCA_CODEC', message: expect.stringContaining('"k1"') });
});

test.each([
  ['a plain body', BODY],
  ['a packed but not encrypted body', 'xorca-body/1 plain e30='],
])('%s is refused unless that is allowed', async (_, body) => {
  const { inner, store } = setUp();
  await inner.save(sample('p', { body }), undefined);
  const error = await failure(store.load('p'));
  expect(error).toMatchObject({ code: 'XORCA_CODEC', message: expect.stringContaining('allowPlain') });
  const { store: lenient, raw } = setUp({ ...K1, allowPlain: true }, inner);
  const stored = await lenient.load('p');
  expect(stored?.record.body).toBe(body === BODY ? BODY : '{}');
  await lenient.save(sample('p', { body: BODY, revision: 2 }), stored?.revision);
  expect((await raw()).body).toContain('aes-256-gcm(k1)');
  expect((await store.load('p'))?.record.body).toBe(BODY);
});

test('a key may come as a CryptoKey, as bytes or as base64, and all read one another', async () => {
  const text = Buffer.from(RAW.k1).toString('base64');
  const imported = await crypto.subtle.importKey('raw', RAW.k1, 'AES-GCM', false, ['encrypt', 'decrypt']);
  const forms: EncryptionKey[] = [imported, RAW.k1, new Uint8Array(RAW.k1), text];
  const { inner, store } = setUp();
  await store.save(sample('p', { body: BODY }), undefined);
  for (const k1 of forms) {
    const { store: other } = setUp({ keys: { k1 }, use: 'k1' }, inner);
    expect((await other.load('p'))?.record.body).toBe(BODY);
  }
});

test('a key that its owner wipes after the call still serves', async () => {
  const k1 = new Uint8Array(RAW.k1);
  const { inner, store } = setUp({ keys: { k1 }, use: 'k1' });
  k1.fill(0);
  await store.save(sample('p', { body: BODY }), undefined);
  expect((await setUp(K1, inner).store.load('p'))?.record.body).toBe(BODY);
});

test('keys and ids that are none are refused, and no message holds a key', async () => {
  const secret = Buffer.from(RAW.k2).toString('base64');
  const small = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, false, [
    'encrypt',
    'decrypt',
  ]);
  const readOnly = await crypto.subtle.importKey('raw', RAW.k1, 'AES-GCM', false, ['decrypt']);
  const wrong: unknown[] = [
    { keys: {}, use: 'k1' },
    { keys: { k1: RAW.k1 } },
    { keys: { k1: RAW.k1 }, use: 'k2' },
    { keys: { k1: new Uint8Array(16) }, use: 'k1' },
    { keys: { k1: secret.slice(1) }, use: 'k1' },
    { keys: { k1: `${secret}\n` }, use: 'k1' },
    { keys: { k1: 'correct horse battery staple' }, use: 'k1' },
    { keys: { k1: small }, use: 'k1' },
    { keys: { k1: readOnly }, use: 'k1' },
    { keys: { k1: undefined }, use: 'k1' },
    { keys: { [secret]: 'k1' }, use: 'k1' },
    { keys: { k1: secret }, use: secret },
    { keys: { 'k 1': RAW.k1 }, use: 'k 1' },
    { keys: { k1: RAW.k1 }, use: 'k1', allowPlan: true },
  ];
  for (const options of wrong) {
    const error = (() => {
      try {
        return encrypt(options as EncryptOptions);
      } catch (thrown) {
        return thrown as Error;
      }
    })();
    expect(error).toMatchObject({ code: 'XORCA_CONFIG' });
    const said = JSON.stringify(error, Object.getOwnPropertyNames(error));
    for (const part of [secret.slice(1, 20), 'horse']) expect(said).not.toContain(part);
  }
  expect(() => encrypt({ keys: { old: readOnly, k1: RAW.k1 }, use: 'k1' })).not.toThrow();
});
