import { BOOKS } from '../../shared/library/book.ts';
import { temporaryFolder } from '../../shared/test/temporary-folder.ts';
import type { FetchBookOutput } from '../src/fleet/contracts.ts';
import { createFetchBook } from '../src/fleet/fetch-book.ts';
import { createPageStore } from '../src/fleet/page-store.ts';
import { isFailure } from '../src/fleet/service.ts';

/** The real books in a page store of their own. */
export async function openLibrary() {
  const folder = await temporaryFolder();
  const pages = createPageStore(folder);
  const fetchBook = createFetchBook({ books: BOOKS, pages });
  return {
    folder,
    pages,
    fetchBook,
    async fetch(bookId: string): Promise<FetchBookOutput> {
      const result = await fetchBook({ bookId });
      if (isFailure(result)) throw new Error(result.error.message);
      return result;
    },
  };
}
