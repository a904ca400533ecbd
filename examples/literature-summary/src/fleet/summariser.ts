import { setImmediate } from 'node:timers/promises';
import { proseOf } from '../../../shared/library/prose.ts';
import { choose } from './extractive/choose.ts';
import { type Sentence, sentencesOf } from './extractive/sentences.ts';

/** What a summary is to be. */
export interface SummariseOptions {
  /** Most sentences of the summary. */
  readonly sentences: number;
  readonly title: string;
  readonly signal?: AbortSignal;
  /** Told how many pages have been read. */
  readonly onPage?: (pages: number) => void;
}

/** Makes a summary of pages of text. A language model goes here: everything else stays as it is. */
export type Summarise = (
  pages: Iterable<string> | AsyncIterable<string>,
  options: SummariseOptions,
) => Promise<string[]>;

/**
 * A summary by extraction: the weightiest sentences of the text, unchanged but for white space and emphasis marks, in
 * the text's order. The same text gives the same summary; there may be fewer sentences when the text has too few.
 */
export const summarise: Summarise = async (pages, { sentences, title, signal, onPage }) => {
  const parts: Sentence[][] = [[]];
  let read = 0;
  for await (const page of pages) {
    signal?.throwIfAborted();
    for (const block of proseOf(page)) {
      if (block.kind === 'part') parts.push([]);
      else parts.at(-1)?.push(...sentencesOf(block));
    }
    onPage?.(++read);
    // A book takes a second of pure computing: timers and other processes get their turn between pages.
    await setImmediate();
  }
  return choose(parts, sentences, title).map(({ text }) => text);
};
