import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One book of `catalogue.json`. */
export interface CatalogueEntry {
  readonly id: string;
  readonly title: string;
  readonly author: string;
  /** File name in the catalogue's folder. */
  readonly file: string;
  /** The line that the text begins with; what stands before it (title page, advertisements) is left out. */
  readonly begins?: string;
}

/** Reads `catalogue.json` in a folder. Throws an error that names the entry and the field when one is wrong. */
export async function readCatalogue(folder: string): Promise<readonly CatalogueEntry[]> {
  const path = join(folder, 'catalogue.json');
  const entries: unknown = JSON.parse(await readFile(path, 'utf8'));
  if (!Array.isArray(entries)) throw new Error('catalogue.json must be a list of books.');
  return entries.map(checkEntry);
}

function checkEntry(entry: unknown, index: number): CatalogueEntry {
  const fields = (typeof entry === 'object' && entry !== null ? entry : {}) as Record<string, unknown>;
  for (const name of ['id', 'title', 'author', 'file'] as const) {
    if (typeof fields[name] !== 'string' || fields[name] === '') {
      throw new Error(`catalogue.json: book ${index + 1} has no ${name}.`);
    }
  }
  // A name, never a path: a catalogue cannot reach out of its folder.
  if (!/^[\w-][\w.-]*$/.test(fields['file'] as string)) {
    throw new Error(`catalogue.json: the file of book ${index + 1} must be a plain file name.`);
  }
  if (fields['begins'] !== undefined && typeof fields['begins'] !== 'string') {
    throw new Error(`catalogue.json: begins of book ${index + 1} must be a line of its text.`);
  }
  return fields as unknown as CatalogueEntry;
}
