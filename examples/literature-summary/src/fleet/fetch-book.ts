import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CatalogueEntry, readCatalogue } from './catalogue.ts';
import type { Failure, FetchBookError, FetchBookInput, FetchBookOutput, Service } from './contracts.ts';
import type { PageStore } from './page-store.ts';
import { paginate } from './paginate.ts';

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
    const text = bodyOf(await readText(join(books, entry.file)), entry);
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

/** Decoded whole: a file read in chunks would break the characters that lie across two chunks. */
async function readText(path: string): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  return decoder.decode(await readFile(path)).replaceAll('\r\n', '\n');
}

/** The text without a library's header and licence, without title page and advertisements, without outer blank lines. */
function bodyOf(text: string, { id, begins }: CatalogueEntry): string {
  let body = text.replace(/^.*?\*\*\* ?START OF [^\n]*\n/s, '').replace(/\n\*\*\* ?END OF .*$/s, '');
  if (begins !== undefined) {
    const lines = body.split('\n');
    const first = lines.findIndex((line) => line.trim() === begins);
    if (first < 0)
      throw new Error(`The book ${id} has no line "${begins}", which its text should begin with.`);
    body = lines.slice(first).join('\n');
  }
  return `${body.trim()}\n`;
}
