import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { type FetchBookOutput, isFailure } from '../src/fleet/contracts.ts';
import { createFetchBook } from '../src/fleet/fetch-book.ts';
import { createPageStore } from '../src/fleet/page-store.ts';

/** The example's folder of books. */
export const books = fileURLToPath(new URL('../books', import.meta.url));

const folders: string[] = [];
// Registered here, once: a hook that a running test asks for would not be called.
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/** A folder that is gone after the tests of the file. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'literature-summary-'));
  folders.push(folder);
  return folder;
}

/** The real books in a page store of their own. */
export async function openLibrary() {
  const folder = await temporaryFolder();
  const pages = createPageStore(folder);
  const fetchBook = createFetchBook({ books, pages });
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
