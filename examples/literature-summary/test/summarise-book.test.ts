import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { plainText } from '../../shared/library/plain-text.ts';
import { createCheckCompliant } from '../src/fleet/check-compliant.ts';
import { createCheckGrounded } from '../src/fleet/check-grounded.ts';
import { readRules } from '../src/fleet/rules.ts';
import { createSummariseBook } from '../src/fleet/summarise-book.ts';
import { openLibrary } from './library.ts';

describe('summarise book', async () => {
  const { pages, fetch } = await openLibrary();
  const summariseBook = createSummariseBook({ pages });
  const checkGrounded = createCheckGrounded({ pages });
  const checkCompliant = createCheckCompliant({
    rules: await readRules(join(import.meta.dirname, '../rules.json')),
  });

  it('summarises Tom Sawyer, always in the same words', async () => {
    const book = await fetch('tom-sawyer');
    const summary = await summariseBook(book);
    expect(summary).toMatchInlineSnapshot(`
      {
        "bookId": "tom-sawyer",
        "sentences": [
          "Huck Finn is drawn from life; Tom Sawyer also, but not from an individual--he is a combination of the characteristics of three boys whom I knew, and therefore belongs to the composite order of architecture.",
          "The old lady pulled her spectacles down and looked over them about the room; then she put them up and looked out under them.",
          "Tom did play hookey, and he had a very good time.",
          "In a safe place Tom examined two large needles which were thrust into the lapels of his jacket, and had thread bound about them--one needle carried white thread and the other black.",
          "The more Tom stared at the splendid marvel, the higher he turned up his nose at his finery and the shabbier and shabbier his own outfit seemed to him to grow.",
          "Presently the confusion took form, and through the fog of battle Tom appeared, seated astride the new boy, and pounding him with his fists.",
        ],
        "words": 159,
      }
    `);
    expect(await summariseBook(book)).toEqual(summary);
  });

  it.each(['tom-sawyer', 'opticks'])('makes a summary of %s that is grounded and compliant', async (id) => {
    const book = await fetch(id);
    const { sentences } = await summariseBook(book);
    const grounded = await checkGrounded({ pages: book.pages, sentences });
    expect(grounded).toEqual({ grounded: true, checked: sentences.length, missing: [] });
    expect(await checkCompliant({ sentences })).toMatchObject({ compliant: true, violations: [] });
  });

  it('takes sentences of each part of Opticks, in its order', async () => {
    const book = await fetch('opticks');
    const { sentences } = await summariseBook({ ...book, sentences: 7 });
    const text = plainText((await Promise.all(book.pages.map((ref) => pages.get(ref)))).join(''));
    const parts = text.split(/PART I+V?\./).slice(1);
    expect(parts).toHaveLength(7);
    sentences.forEach((sentence, index) => {
      expect(parts[index]?.includes(sentence), sentence).toBe(true);
    });
  });

  it('tells how far it is after each page, and stops when it is told to', async () => {
    const book = await fetch('tom-sawyer');
    const stop = new AbortController();
    const told: unknown[] = [];
    const run = summariseBook(book, {
      signal: stop.signal,
      onProgress: (progress) => {
        told.push(progress);
        stop.abort(new Error('enough'));
      },
    });
    await expect(run).rejects.toThrow('enough');
    expect(told).toEqual([{ done: 1, total: book.pages.length }]);
  });

  it('takes any other summariser in its place', async () => {
    const book = await fetch('tom-sawyer');
    const service = createSummariseBook({
      pages,
      summarise: async (texts, { title }) => {
        let count = 0;
        for await (const _ of texts) count++;
        return [`${title} has ${count} pages.`];
      },
    });
    expect(await service(book)).toEqual({
      bookId: 'tom-sawyer',
      sentences: ['The Adventures of Tom Sawyer has 4 pages.'],
      words: 8,
    });
  });
});
