import { comparable } from '../../../shared/library/plain-text.ts';
import type { CheckGroundedInput, CheckGroundedOutput } from './contracts.ts';
import type { PageStore } from './page-store.ts';
import type { Service } from './service.ts';

/**
 * `cmd.regulations.grounded`: whether each sentence of a summary stands in the pages, word for word; white space, emphasis
 * marks and the form of quotation marks and dashes apart. A summary without sentences is not grounded.
 */
export function createCheckGrounded({
  pages,
}: {
  readonly pages: PageStore;
}): Service<CheckGroundedInput, CheckGroundedOutput> {
  return async ({ pages: refs, sentences }, { signal, onProgress } = {}) => {
    const texts: string[] = [];
    for (const ref of refs) {
      signal?.throwIfAborted();
      texts.push(await pages.get(ref));
      onProgress?.({ done: texts.length, total: refs.length });
    }
    // Joined before it is normalised: a sentence may run over the end of a page.
    const book = comparable(texts.join(''));
    const missing = sentences.filter((sentence) => !standsIn(book, comparable(sentence)));
    return {
      grounded: sentences.length > 0 && missing.length === 0,
      checked: sentences.length,
      missing,
    };
  };
}

/** A match inside a longer word is none: "he art" does not stand in "the artist". */
function standsIn(book: string, sentence: string): boolean {
  if (sentence === '') return false;
  for (let at = book.indexOf(sentence); at >= 0; at = book.indexOf(sentence, at + 1)) {
    const whole = !(joins(book[at - 1], sentence[0]) || joins(book[at + sentence.length], sentence.at(-1)));
    if (whole) return true;
  }
  return false;
}

function joins(outside: string | undefined, inside: string | undefined): boolean {
  return WORD.test(outside ?? '') && WORD.test(inside ?? '');
}

const WORD = /[\p{L}\p{N}]/u;
