import { join } from 'node:path';
import { createFleet, type Fleet } from '@xorca/core';
import { BOOKS } from '../../../shared/library/book.ts';
import { createCheckCompliant } from './check-compliant.ts';
import { createCheckGrounded } from './check-grounded.ts';
import { checkCompliant, checkGrounded, fetchBook, summariseBook } from './contracts.ts';
import { createFetchBook } from './fetch-book.ts';
import type { PageStore } from './page-store.ts';
import type { Rules } from './rules.ts';
import { type ServeOptions, serve } from './serve.ts';
import type { Progress } from './service.ts';
import { createSummariseBook } from './summarise-book.ts';

/** Where the fleet finds its things, and who hears of its work. */
export interface SummaryFleetOptions {
  /** Folder of the books and their catalogue. */
  readonly books: string;
  /** Where the texts of pages stay; events carry references. */
  readonly pages: PageStore;
  /** What a summary must keep to. */
  readonly rules: Rules;
  readonly onProgress?: (processId: string, what: string, progress: Progress) => void;
  readonly paceMs?: number;
}

/** The services: a library, a summariser, and who checks summaries. They serve whoever sends their commands. */
export interface SummaryFleets {
  readonly library: Fleet;
  readonly summariser: Fleet;
  readonly regulations: Fleet;
}

/** Makes the services. */
export function summaryFleets(options: SummaryFleetOptions): SummaryFleets {
  const { books, pages, rules, onProgress, paceMs = 0 } = options;
  const told = (what: string): ServeOptions => ({
    paceMs,
    onProgress: (id, progress) => onProgress?.(id, what, progress),
  });
  return {
    library: createFleet({
      name: 'books',
      source: '/srvc/books',
      handlers: [serve(fetchBook, createFetchBook({ books, pages }), told('storing'))],
    }),
    summariser: createFleet({
      name: 'gpt',
      source: '/srvc/gpt',
      handlers: [serve(summariseBook, createSummariseBook({ pages }), told('reading'))],
    }),
    regulations: createFleet({
      name: 'regulations',
      source: '/srvc/regulations',
      handlers: [
        serve(checkGrounded, createCheckGrounded({ pages }), told('comparing')),
        serve(checkCompliant, createCheckCompliant({ rules }), told('applying rules')),
      ],
    }),
  };
}

/** The example's own books and rules, and the folder beside the state for pages. */
export function standardFolders(dir: string): { books: string; rules: string; pages: string } {
  const rules = join(import.meta.dirname, '../../rules.json');
  return { books: BOOKS, rules, pages: join(dir, 'pages') };
}
