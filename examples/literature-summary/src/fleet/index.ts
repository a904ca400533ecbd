import { join } from 'node:path';
import type { LocalBus } from '@xorca/local';
import { serve } from '../serve.ts';
import { createCheckCompliant } from './check-compliant.ts';
import { createCheckGrounded } from './check-grounded.ts';
import type { Progress } from './contracts.ts';
import { createFetchBook } from './fetch-book.ts';
import { createPageStore } from './page-store.ts';
import type { Rules } from './rules.ts';
import { createSummariseBook } from './summarise-book.ts';

/** Where the fleet finds its things, and who hears of its work. */
export interface FleetOptions {
  /** Folder of the books and their catalogue. */
  readonly books: string;
  /** Folder for pages: their texts stay there, events carry references. */
  readonly pages: string;
  /** What a summary must keep to. */
  readonly rules: Rules;
  readonly onProgress?: (processId: string, what: string, progress: Progress) => void;
  /** Hears why a service could not answer now. */
  readonly onTrouble?: (processId: string, what: string, message: string) => void;
  readonly paceMs?: number;
}

/** Puts the four services on the bus. */
export function startFleet(
  bus: LocalBus,
  { books, pages, rules, onProgress, onTrouble, paceMs = 0 }: FleetOptions,
): void {
  const store = createPageStore(pages);
  const heard = (what: string) => ({
    paceMs,
    onProgress: (id: string, progress: Progress) => onProgress?.(id, what, progress),
    onTrouble: (id: string, message: string) => onTrouble?.(id, what, message),
  });
  bus.subscribe({
    name: 'books',
    types: ['cmd.books.fetch'],
    handler: serve({
      source: '/srvc/books',
      service: createFetchBook({ books, pages: store }),
      ...heard('storing'),
    }),
  });
  bus.subscribe({
    name: 'gpt',
    types: ['cmd.gpt.summary'],
    handler: serve({
      source: '/srvc/gpt',
      service: createSummariseBook({ pages: store }),
      ...heard('reading'),
    }),
  });
  bus.subscribe({
    name: 'grounded',
    types: ['cmd.regulations.grounded'],
    handler: serve({
      source: '/srvc/regulations',
      service: createCheckGrounded({ pages: store }),
      ...heard('comparing'),
    }),
  });
  bus.subscribe({
    name: 'compliant',
    types: ['cmd.regulations.compliant'],
    handler: serve({
      source: '/srvc/regulations',
      service: createCheckCompliant({ rules }),
      ...heard('applying rules'),
    }),
  });
}

/** The example's own books and rules, and the folder beside the state for pages. */
export function standardFolders(dir: string): { books: string; rules: string; pages: string } {
  const example = join(import.meta.dirname, '../..');
  return { books: join(example, 'books'), rules: join(example, 'rules.json'), pages: join(dir, 'pages') };
}
