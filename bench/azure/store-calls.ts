import type { WireCall } from '../../tools/emulators/wire.ts';
import type { Bill } from '../at-the-wire.ts';
import { PRICES } from './prices.ts';

/** Bills calls of Table Storage: each is one transaction, whatever it carries. */
export function tableBill(calls: readonly WireCall[]): Bill {
  return { units: unitsOf(calls), dollars: calls.length * PRICES.table };
}

const BLOB_PRICES: Readonly<Record<string, number>> = {
  PutBlob: PRICES.blobWrite,
  GetBlob: PRICES.blobRead,
  ListBlobs: PRICES.blobList,
  DeleteBlob: 0,
};

/** Bills calls of Blob Storage by what they do; removing is free. */
export function blobBill(calls: readonly WireCall[]): Bill {
  const dollars = calls.reduce((sum, { action }) => sum + (BLOB_PRICES[action] ?? PRICES.blobOther), 0);
  return { units: unitsOf(calls), dollars };
}

function unitsOf(calls: readonly WireCall[]): string {
  const counts = new Map<string, number>();
  for (const { action } of calls) counts.set(action, (counts.get(action) ?? 0) + 1);
  return [...counts].map(([action, count]) => `${count} ${action}`).join(', ');
}
