import { join } from 'node:path';
import { openLedgers } from '../src/services/index.ts';
import type { Entry } from '../src/services/ledger.ts';

/** All entries of the three ledgers in the program's folder. */
export function readLedgers(dir: string): readonly Entry[] {
  const ledgers = openLedgers(join(dir, 'ledgers'));
  try {
    return [ledgers.stock, ledgers.bank, ledgers.carrier].flatMap((ledger) => ledger.entries());
  } finally {
    ledgers.close();
  }
}

/** The same without how often each was asked for, which kills may change. */
export function totals(dir: string): readonly Omit<Entry, 'asked'>[] {
  return readLedgers(dir).map(({ asked: _, ...entry }) => entry);
}
