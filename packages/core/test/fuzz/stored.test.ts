import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { decodeProcessId, encodeProcessId, isJournalEntry } from '../../src/backend.ts';
import { compress, encrypt, withClaimCheck, withCodec } from '../../src/codec.ts';
import { answerId } from '../../src/fleet/answer-record.ts';
import {
  checkHistory,
  createRunner,
  isXorcaError,
  type JournalEntry,
  memoryPublisher,
  memoryStore,
  objectJournal,
  objectStore,
  type ProcessStore,
} from '../../src/index.ts';
import { readJournalKey } from '../../src/journal/journal-key.ts';
import { readBodyText, writeBodyText } from '../../src/stores/codec/body-text.ts';
import { readObject } from '../../src/stores/object-format.ts';
import { readHintKey } from '../../src/stores/wake-hint.ts';
import { command, openLibrary } from '../fleet/library.ts';
import { literature, walk } from '../support/literature-machine.ts';
import { memoryObjects } from '../support/memory-objects.ts';
import { damaged, damagedText, ODD_TEXTS, ODD_VALUES, pollution } from './damage.ts';

afterEach(() => expect(pollution()).toEqual([]));

/** What a call came to: its value, or the code of its error. Anything else that is thrown fails the test. */
async function codeOf(call: () => unknown): Promise<string | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    if (!isXorcaError(error)) throw error;
    return error.code;
  }
}

const anyKey = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: fc.constantFrom('~', '=', '0', 'a', 'd', 'f', '.', '/'), maxLength: 60 }),
  fc.constantFrom(...ODD_TEXTS),
);

test('any text is read as a storage key, or is none', () => {
  fc.assert(
    fc.property(anyKey, anyKey, (key, other) => {
      const id = decodeProcessId(key);
      if (id !== undefined && /^[a-z0-9_=~-]{1,160}$/.test(key) && id.isWellFormed() && id.length > 0) {
        // Two keys may read as one id, but only one of them is written.
        expect(decodeProcessId(encodeProcessId(id)) ?? id).toBe(id);
      }
      for (const text of [`journal/${key}.${other}`, `wake/${key}.${other}`, key]) {
        readJournalKey(text);
        readHintKey(text);
      }
    }),
    { numRuns: 1_000 },
  );
});

test('a step with any odd value in any part is read whole, or told by its code; the others of its journal stay readable', async () => {
  const objects = memoryObjects(100);
  const journal = objectJournal(objects);
  const runner = createRunner(literature, { store: memoryStore(), publisher: memoryPublisher(), journal });
  for (const step of walk('b1').slice(0, 2)) await runner.handle([step]);
  for (const step of walk('b2').slice(0, 1)) await runner.handle([step]);
  const [key = ''] = [...objects.texts.keys()].filter((name) => name.includes('/b1.'));
  const sound = objects.texts.get(key) ?? '';
  async function judge(text: string, where: string): Promise<void> {
    objects.texts.set(key, text);
    const entries: JournalEntry[] = [];
    const code = await codeOf(async () => {
      for await (const entry of journal.read('b1')) entries.push(entry);
    });
    expect([undefined, 'XORCA_CORRUPT_RECORD'], where).toContain(code);
    for (const entry of entries) expect(isJournalEntry(entry), where).toBe(true);
    expect([undefined, 'XORCA_CORRUPT_RECORD'], where).toContain(
      await codeOf(() => checkHistory(literature, journal)),
    );
    // It hides no other process.
    const ids: string[] = [];
    for await (const id of journal.processes()) ids.push(id);
    expect(ids, where).toContain('b2');
    for await (const entry of journal.read('b2')) expect(entry.revision, where).toBe(1);
    // The damage is still there for whoever repairs it.
    expect(objects.texts.get(key), where).toBe(text);
  }
  for (const { where, value } of damaged(JSON.parse(sound))) await judge(JSON.stringify(value) ?? '', where);
  await fc.assert(
    fc.asyncProperty(damagedText(sound), (text) => judge(text, text.slice(0, 500))),
    { numRuns: 200 },
  );
  for (const odd of ODD_VALUES) isJournalEntry(odd);
});

test("an object store's record with any odd value is read, or refused by its code and left alone", async () => {
  const objects = memoryObjects(100);
  const store = objectStore(objects);
  const runner = createRunner(literature, { store, publisher: memoryPublisher() });
  await runner.handle([walk('b1')[0], walk('b2')[0]]);
  const sound = objects.texts.get('process/b1') ?? '';
  async function judge(text: string, where: string): Promise<void> {
    objects.texts.set('process/b1', text);
    const code = await codeOf(() => store.load('b1'));
    expect([undefined, 'XORCA_CORRUPT_RECORD'], where).toContain(code);
    await store.due(Number.MAX_SAFE_INTEGER, 10);
    expect(
      (await store.list({})).items.map(({ id }) => id),
      where,
    ).toContain('b2');
    expect(objects.texts.get('process/b1'), where).toBe(text);
    await codeOf(() => readObject(text, undefined, 'key'));
  }
  for (const { where, value } of damaged(JSON.parse(sound))) await judge(JSON.stringify(value) ?? '', where);
  await fc.assert(
    fc.asyncProperty(damagedText(sound), (text) => judge(text, text.slice(0, 500))),
    { numRuns: 200 },
  );
});

test('an encoded body cut or spoilt anywhere is refused by its code and left alone', async () => {
  const keys = { 'key-1': new Uint8Array(32).fill(7) };
  const chains = [compress({ minBytes: 0 }), encrypt({ keys, use: 'key-1' })];
  const objects = memoryObjects();
  const wrappers: Record<string, (store: ProcessStore) => ProcessStore> = {
    compressed: (store) => withCodec(store, chains[0] as never),
    encrypted: (store) => withCodec(store, chains),
    'claim check': (store) => withClaimCheck(store, { objects, threshold: 0 }),
  };
  const start = walk('b1')[0];
  for (const [name, wrap] of Object.entries(wrappers)) {
    const inner = memoryStore();
    await createRunner(literature, { store: wrap(inner), publisher: memoryPublisher() }).handle([start]);
    const record = (await inner.load('b1'))?.record;
    if (!record) throw new Error('no record');
    await fc.assert(
      fc.asyncProperty(damagedText(record.body), async (body) => {
        const store = memoryStore();
        await store.save({ ...record, body }, undefined);
        const runner = createRunner(literature, { store: wrap(store), publisher: memoryPublisher() });
        const [outcome, other] = await runner.handle([walk('b1')[1], walk('b2')[0]]);
        expect(other?.status).toBe('applied');
        if (body === record.body) return;
        // Text that claims no codec is a body from before there was one, where that is allowed.
        expect(outcome?.error?.code, `${name}: ${body.slice(0, 300)}`).toMatch(
          /^XORCA_(CODEC|CORRUPT_RECORD|NEWER_FORMAT)$/,
        );
        expect((await store.load('b1'))?.record.body).toBe(body);
      }),
      { numRuns: 150 },
    );
  }
});

test('the parts of an encoded body read as they were written, and any text is read or refused at once', () => {
  const layer = fc.stringMatching(/^[\w.-]{1,12}(\([\w.:/@=-]{1,12}\))?$/);
  fc.assert(
    fc.property(fc.array(layer, { maxLength: 8 }), fc.uint8Array({ maxLength: 50 }), (layers, bytes) => {
      fc.pre(layers.join('+') !== 'plain');
      expect(readBodyText(writeBodyText({ layers, bytes: new Uint8Array(bytes) }))).toEqual({
        layers,
        bytes: new Uint8Array(bytes),
      });
    }),
    { numRuns: 500 },
  );
  for (const unit of ['a', 'a+', '(a', 'a(a)', '+', ' ', 'A=']) {
    const long = unit.repeat(100_000);
    expect(readBodyText(`xorca-body/1 ${long} AAAA`)).toBeDefined();
    expect(readBodyText(`xorca-body/1 plain ${long}`)).toBeDefined();
  }
});

test("a fleet's stored answer with any odd value is given as it is, or refused by its code and left alone", async () => {
  const store = memoryStore();
  const id = answerId('library', command('1'));
  const open = (at: ProcessStore) => openLibrary(() => ({ pages: ['p'] }), { idempotency: { store: at } });
  const first = open(store);
  await first.runner.handle([command('1')]);
  const record = (await store.load(id))?.record;
  if (!record) throw new Error('no answer was kept');
  async function judge(body: string, where: string): Promise<void> {
    const spoilt = memoryStore();
    await spoilt.save({ ...(record as NonNullable<typeof record>), body }, undefined);
    const { runner, published } = open(spoilt);
    const [outcome] = await runner.handle([command('1')]);
    if (outcome?.status !== 'duplicate') {
      expect(outcome?.error?.code, where).toMatch(/^XORCA_(CORRUPT_RECORD|NEWER_FORMAT|INVALID_EVENT)$/);
      expect(published, where).toEqual([]);
    }
    expect((await spoilt.load(id))?.record.body, where).toBe(body);
  }
  for (const { where, value } of damaged(JSON.parse(record.body))) {
    await judge(JSON.stringify(value) ?? '', where);
  }
  await fc.assert(
    fc.asyncProperty(damagedText(record.body), (text) => judge(text, text.slice(0, 500))),
    { numRuns: 300 },
  );
});
