import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BOOKS } from '../../shared/library/book.ts';
import { temporaryFolder } from '../../shared/test/temporary-folder.ts';
import { createFetchBook } from '../src/fleet/fetch-book.ts';
import { openLibrary } from './library.ts';

describe('fetch book', async () => {
  const { pages, fetch, fetchBook } = await openLibrary();
  const textOf = async (refs: readonly string[]) =>
    (await Promise.all(refs.map((ref) => pages.get(ref)))).join('');

  it('answers with a book of pages that joined are its text, from its first line to its last', async () => {
    const book = await fetch('opticks');
    const text = await textOf(book.pages);
    const file = await readFile(join(BOOKS, 'newton-opticks.txt'), 'utf8');
    expect(file).toContain(text.trimEnd());
    expect(file.trimEnd().endsWith(text.trimEnd())).toBe(true);
    expect(text.startsWith('THE FIRST BOOK OF OPTICKS\n')).toBe(true);
    expect(text).toContain('Phænomena');
    expect([...text]).toHaveLength(book.characters);
    expect(book).toMatchObject({ bookId: 'opticks', title: 'Opticks', author: 'Isaac Newton' });
  });

  it('keeps pages at about 4,000 characters, and its answer small enough for any bus', async () => {
    const book = await fetch('opticks');
    const lengths = (await Promise.all(book.pages.map((ref) => pages.get(ref)))).map((page) => page.length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(4_000);
    expect(JSON.stringify(book).length).toBeLessThan(16_000);
  });

  it('gives the same answer each time', async () => {
    expect(await fetch('tom-sawyer')).toEqual(await fetch('tom-sawyer'));
  });

  it.each(['', 'tom', '../catalogue.json', '__proto__', 'x'.repeat(1e4)])(
    'answers a failure for a book that is not in the catalogue: %.20s',
    async (bookId) => {
      const result = await fetchBook({ bookId });
      expect(result).toMatchObject({ error: { reason: 'unknown-book', bookId } });
      expect(JSON.parse(JSON.stringify(result))).toEqual(result);
    },
  );

  it('tells how far it is, and stops when it is told to', async () => {
    const done: number[] = [];
    const stop = new AbortController();
    const run = fetchBook(
      { bookId: 'tom-sawyer' },
      {
        signal: stop.signal,
        onProgress: (progress) => {
          done.push(progress.done);
          if (progress.done === 2) stop.abort(new Error('enough'));
        },
      },
    );
    await expect(run).rejects.toThrow('enough');
    expect(done).toEqual([1, 2]);
  });

  it('leaves out the header and the licence of a library, and refuses bytes that are no UTF-8', async () => {
    const folder = await temporaryFolder();
    const entry = (id: string) => ({ id, title: id, author: 'A', file: `${id}.txt` });
    await writeFile(join(folder, 'catalogue.json'), JSON.stringify([entry('framed'), entry('broken')]));
    const framed = 'Licence\r\n*** START OF THE BOOK ***\r\n\r\nText.\r\n\r\n*** END OF THE BOOK ***\r\nMore';
    await writeFile(join(folder, 'framed.txt'), framed);
    await writeFile(join(folder, 'broken.txt'), Buffer.from([0x41, 0xe6, 0x42]));
    const service = createFetchBook({ books: folder, pages });
    const result = await service({ bookId: 'framed' });
    expect('pages' in result && (await textOf(result.pages))).toBe('Text.\n');
    await expect(service({ bookId: 'broken' })).rejects.toThrow();
  });

  it.each([
    [{}, 'must be a list'],
    [[{ id: 'a', title: 'A', author: '' }], 'book 1 has no author'],
    [[{ id: 'a', title: 'A', author: 'A', file: '../../secret' }], 'plain file name'],
  ])('says what is wrong with a catalogue: %j', async (catalogue, message) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'catalogue.json'), JSON.stringify(catalogue));
    await expect(createFetchBook({ books: folder, pages })({ bookId: 'a' })).rejects.toThrow(message);
  });
});
