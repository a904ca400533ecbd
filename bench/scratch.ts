import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';

/** A new folder beside the project's own files: a temp folder may lie in memory, where an fsync costs nothing. */
export function scratchFolder(): string {
  return mkdtempSync(join(import.meta.dirname, '../.bench-'));
}
