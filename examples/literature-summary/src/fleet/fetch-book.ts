import { readBook } from '../../../shared/library/book.ts';
import { type CatalogueEntry, readCatalogue } from '../../../shared/library/catalogue.ts';
import type { FetchBookError, FetchBookInput, FetchBookOutput } from './contracts.ts';
import type { PageStore } from './page-store.ts';
import { paginate } from './paginate.ts';
import type { Failure, Service } from './service.ts';

/** What the fetch service works with. */
export interface FetchBookOptions {
  /** Folder of the books and their `catalogue.json`. */
  readonly books: string;
  readonly pages: PageStore;
}

/** `cmd.books.fetch`: reads a book of the catalogue, stores it page by page and answers with references to the pages. */
export function createFetchBook({
  books,
  pages,
}: FetchBookOptions): Service<FetchBookInput, FetchBookOutput | Failure<FetchBookError>> {
  return async ({ bookId }, { signal, onProgress } = {}) => {
    const catalogue = await readCatalogue(books);
    const entry = catalogue.find(({ id }) => id === bookId);
    if (!entry) return unknownBook(bookId, catalogue);
    const text = await readBook(books, entry);
    const texts = paginate(text);
    const refs: string[] = [];
    for (const page of texts) {
      signal?.throwIfAborted();
      refs.push(await pages.put(page));
      onProgress?.({ done: refs.length, total: texts.length });
    }
    const { title, author } = entry;
    return { bookId, title, author, characters: [...text].length, pages: refs };
  };
}

function unknownBook(bookId: string, catalogue: readonly CatalogueEntry[]): Failure<FetchBookError> {
  const known = catalogue.map(({ id }) => id).join(', ');
  const message = `There is no book ${JSON.stringify(bookId).slice(0, 80)}. The catalogue has ${known}.`;
  return { error: { reason: 'unknown-book', message, bookId } };
}
