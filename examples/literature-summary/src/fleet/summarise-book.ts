import { countWords } from '../../../shared/library/plain-text.ts';
import type { SummariseBookInput, SummariseBookOutput } from './contracts.ts';
import type { PageStore } from './page-store.ts';
import type { Service } from './service.ts';
import { type Summarise, summarise as summariseByExtraction } from './summariser.ts';

/** What the summary service works with. */
export interface SummariseBookOptions {
  readonly pages: PageStore;
  /** Default: extraction of the weightiest sentences, with no model called. */
  readonly summarise?: Summarise;
}

/** `cmd.gpt.summary`: reads the pages by their references, one after the other, and summarises them. */
export function createSummariseBook({
  pages,
  summarise = summariseByExtraction,
}: SummariseBookOptions): Service<SummariseBookInput, SummariseBookOutput> {
  return async ({ bookId, title, pages: refs, sentences: most }, { signal, onProgress } = {}) => {
    const texts = (async function* () {
      for (const ref of refs) yield await pages.get(ref);
    })();
    const sentences = await summarise(texts, {
      title,
      sentences: most ?? Math.min(10, Math.max(6, Math.ceil(refs.length / 10))),
      onPage: (done) => onProgress?.({ done, total: refs.length }),
      ...(signal && { signal }),
    });
    const words = sentences.reduce((sum, sentence) => sum + countWords(sentence), 0);
    return { bookId, sentences, words };
  };
}
