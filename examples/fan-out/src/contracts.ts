import { defineCommand } from '@xorca/core';
import { z } from 'zod';

const chapter = z.object({
  /** `II.4`: part and proposition. */
  id: z.string(),
  title: z.string(),
});
export type Chapter = z.output<typeof chapter>;

const book = z.object({ bookId: z.string() });

/** `cmd.chapters.list`: which chapters a book has. */
export const listChapters = defineCommand('cmd.chapters.list', {
  input: book,
  output: z.object({ chapters: z.array(chapter) }),
  error: z.object({ reason: z.string() }),
});

const summary = z.object({ words: z.int(), sentence: z.string() });
const noSummary = z.object({ reason: z.enum(['too-short', 'no-fit-sentence']), words: z.int() });

/** `cmd.chapters.summarise`: the weightiest sentence of one chapter, unless the chapter has none that would do. */
export const summariseChapter = defineCommand('cmd.chapters.summarise', {
  input: book.extend({ chapterId: z.string() }),
  output: summary,
  error: noSummary,
});

/** What is known of a chapter in the end: its summary, or why it has none. */
const chapterResult = z.union([chapter.extend({ summary }), chapter.extend({ problem: z.string() })]);
export type ChapterResult = z.output<typeof chapterResult>;

/** Starts a process, which answers it: whoever asks for a book need not know that there are chapters. */
export const summariseBook = defineCommand('cmd.book.summarise', {
  input: book,
  output: z.object({ chapters: z.array(chapterResult) }),
  error: z.object({ reason: z.string() }),
});
