import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CatalogueEntry } from './catalogue.ts';

/** The folder of the examples' books and their catalogue. Both books are in the public domain. */
export const BOOKS = join(import.meta.dirname, 'books');

/**
 * The text of a book in a folder: without a library's header and licence, without title page and advertisements, without outer blank
 * lines. Throws when it does not begin as its entry says.
 */
export async function readBook(folder: string, entry: CatalogueEntry): Promise<string> {
  // Decoded whole: a file read in chunks would break the characters that lie across two chunks.
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const bytes = await readFile(join(folder, entry.file));
  return bodyOf(decoder.decode(bytes).replaceAll('\r\n', '\n'), entry);
}

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
