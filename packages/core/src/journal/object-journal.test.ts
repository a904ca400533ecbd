import { describe, expect, it } from 'vitest';
import { hostileIds } from '../../../testing/src/contracts/hostile-ids.ts';
import { entry, fill, has, NOW, names, stepsOf } from '../../../testing/src/contracts/journal-case.ts';
import { journalContract } from '../../../testing/src/contracts/journal-contract.ts';
import { memoryObjects } from '../../test/support/memory-objects.ts';
import { XorcaError } from '../errors.ts';
import { objectStore } from '../stores/object-store.ts';
import { objectJournal } from './object-journal.ts';

const LONG = 'x'.repeat(161);

describe('objectJournal', () => {
  for (const { name, run } of journalContract) {
    it(name, () => run((options) => objectJournal(memoryObjects(), options)));
    it(`below a prefix, ${name}`, () =>
      run((options) => objectJournal(memoryObjects(1_000), { prefix: 'a|b/x/', ...options })));
  }

  it('keeps its keys below 256 bytes of plain ASCII beyond the prefix, one level deep', async () => {
    const objects = memoryObjects();
    const journal = objectJournal(objects);
    for (const id of hostileIds) await journal.append(id, [entry(Number.MAX_SAFE_INTEGER, { at: 8.64e15 })]);
    for (const key of objects.texts.keys()) expect(key).toMatch(/^journal\/[a-z0-9_.=~-]{1,240}$/);
  });

  it('prunes by its keys alone: no object is read, and one that is damaged goes like the others', async () => {
    const objects = memoryObjects();
    await fill(objectJournal(objects), 'p', [1, 2, 3]);
    const [first = ''] = objects.texts.keys();
    objects.texts.set(first, 'damaged');
    objects.calls.length = 0;
    expect(await objectJournal(objects, { retention: { count: 1 } }).prune?.(NOW)).toBe(2);
    expect(objects.calls.filter((call) => call.startsWith('get'))).toEqual([]);
    await has(objectJournal(objects), 'p', ['3.0']);
  });

  it('asks the storage for nothing where prune has no limit to hold', async () => {
    const objects = memoryObjects();
    expect(await objectJournal(objects).prune?.(NOW)).toBe(0);
    expect(objects.calls).toEqual([]);
  });

  it('reads no object of a revision before the one asked for', async () => {
    const objects = memoryObjects();
    const journal = objectJournal(objects);
    await fill(journal, 'p', [1, 2, 3]);
    objects.calls.length = 0;
    expect(await stepsOf(journal, 'p', 3)).toHaveLength(1);
    expect(objects.calls.filter((call) => call.startsWith('get'))).toHaveLength(1);
  });

  it('names process and key of an object that is damaged, and leaves it alone', async () => {
    for (const id of ['p', LONG]) {
      const sound = JSON.stringify({ id, entries: [entry(1)] });
      for (const text of ['{"id":', '', '[]', 'null', '{}', '{"id":"p"}', sound.replace('"at"', '"ta"')]) {
        const objects = memoryObjects();
        const journal = objectJournal(objects, { prefix: 'x/' });
        await fill(journal, id, [1]);
        const [key = ''] = objects.texts.keys();
        objects.texts.set(key, text);
        const error = await stepsOf(journal, id).catch((thrown: unknown) => thrown);
        expect(error, text).toMatchObject({ code: 'XORCA_CORRUPT_RECORD', processId: id });
        expect((error as Error).message).toContain(key);
        expect(objects.texts.get(key)).toBe(text);
      }
    }
  });

  it('refuses an object that holds steps of another process', async () => {
    const objects = memoryObjects();
    const journal = objectJournal(objects);
    await fill(journal, 'a', [1]);
    const [[key, text] = ['', '']] = objects.texts;
    objects.texts.set(key.replace('/a.', '/b.'), text);
    await expect(stepsOf(journal, 'b')).rejects.toMatchObject({
      code: 'XORCA_CORRUPT_RECORD',
      processId: 'b',
    });
  });

  it('learns an id that its key does not tell from the first object that can be read', async () => {
    const objects = memoryObjects();
    const journal = objectJournal(objects);
    await fill(journal, LONG, [1, 2, 3]);
    await fill(journal, 'p', [1]);
    const [first = '', second = '', third = ''] = [...objects.texts.keys()].filter((key) =>
      key.includes('~'),
    );
    objects.texts.set(first, 'damaged');
    await names(journal, ['p', LONG]);
    for (const key of [second, third]) objects.texts.set(key, 'damaged');
    await names(journal, ['p']);
  });

  it('reads what is left when objects are dropped between the listing and the read', async () => {
    const objects = memoryObjects();
    await fill(objectJournal(objects), 'p', [1, 2, 3]);
    const journal = objectJournal({
      ...objects,
      get: async (key) => (/\.0*2\./.test(key) ? undefined : objects.get(key)),
    });
    await has(journal, 'p', ['1.0', '3.0']);
  });

  it('gives a revision once, though its steps were appended again with another time', async () => {
    const objects = memoryObjects();
    const journal = objectJournal(objects, { retention: { age: 1_000 } });
    await fill(journal, 'p', [1, 2]);
    await journal.append('p', [entry(1, { at: NOW + 1 })]);
    await has(journal, 'p', ['1.0', '2.0']);
    expect(await journal.prune?.(NOW + 1_002)).toBe(3);
    expect([...objects.texts]).toEqual([]);
  });

  it('shares a storage and a prefix with a store, and sees nothing of its objects', async () => {
    const objects = memoryObjects();
    const store = objectStore(objects);
    const journal = objectJournal(objects);
    await fill(journal, 'p', [1]);
    objects.texts.set('journal/p.txt', 'not ours');
    expect((await store.list({})).items).toEqual([]);
    await names(journal, ['p']);
  });

  it('says what the storage says, other than that a step is there already', async () => {
    const down = new XorcaError('XORCA_UNAVAILABLE', 'down', { retryable: true });
    const journal = objectJournal({ ...memoryObjects(), put: () => Promise.reject(down) });
    await expect(fill(journal, 'p', [1])).rejects.toBe(down);
  });

  it('refuses an option it does not know', () => {
    expect(() => objectJournal(memoryObjects(), { prefx: 'x' } as object)).toThrow('prefix');
  });
});
