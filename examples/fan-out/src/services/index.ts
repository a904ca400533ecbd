import { setTimeout } from 'node:timers/promises';
import { createFleet, type Fleet, onCommand } from '@xorca/core';
import { BOOKS, readBook } from '../../../shared/library/book.ts';
import { readCatalogue } from '../../../shared/library/catalogue.ts';
import { countWords } from '../../../shared/library/plain-text.ts';
import { listChapters, summariseChapter } from '../contracts.ts';
import { chaptersOf, type WholeChapter } from './chapters.ts';
import { weightiestSentence } from './weightiest-sentence.ts';

/** Fewer words are their own summary. */
const FEWEST_WORDS = 120;

/** Knows the chapters of books and summarises them. Events name chapters, the texts stay here. */
export function reader({ paceMs }: { readonly paceMs: number }): Fleet {
  return createFleet({
    name: 'reader',
    source: '/srvc/reader',
    handlers: [
      onCommand(listChapters, async ({ bookId }, { fail }) => {
        const chapters = await openBook(bookId);
        if (!chapters) return fail({ reason: `there is no book of chapters ${JSON.stringify(bookId)}` });
        return { chapters: chapters.map(({ id, title }) => ({ id, title })) };
      }),
      onCommand(summariseChapter, async ({ bookId, chapterId }, { fail, signal }) => {
        await setTimeout(paceMs, undefined, { signal });
        const chapter = (await openBook(bookId))?.find(({ id }) => id === chapterId);
        // No answer to a caller but a fault of this program: the bus brings the command again.
        if (!chapter) throw new Error(`Book ${bookId} has no chapter ${chapterId}.`);
        const words = countWords(chapter.text);
        if (words < FEWEST_WORDS) return fail({ reason: 'too-short', words });
        const sentence = weightiestSentence(chapter.text);
        return sentence === undefined ? fail({ reason: 'no-fit-sentence', words }) : { words, sentence };
      }),
    ],
  });
}

async function openBook(bookId: string): Promise<readonly WholeChapter[] | undefined> {
  const entry = (await readCatalogue(BOOKS)).find(({ id }) => id === bookId);
  const chapters = entry && chaptersOf(await readBook(BOOKS, entry));
  return chapters?.length ? chapters : undefined;
}
