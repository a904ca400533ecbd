import type { WireCall } from '../../tools/emulators/wire.ts';
import type { Bill } from '../at-the-wire.ts';
import { PRICES } from './prices.ts';

interface Item {
  readonly pk: { readonly S: string };
  readonly wakeAt?: { readonly N: string };
}

/**
 * Bills calls of DynamoDB by its rules: a write unit for each KB of the larger of the item before and after, one more for an entry of the
 * index put in or taken out, a read unit for each 4 KB. `sizeOf` counts an item's bytes.
 */
export function dynamodbBill(calls: readonly WireCall[], sizeOf: (item: never) => number): Bill {
  let writes = 0;
  let index = 0;
  let reads = 0;
  let before: Item | undefined;
  for (const { action, request } of calls) {
    const size = before === undefined ? 0 : sizeOf(before as never);
    if (action === 'GetItem') reads += Math.max(1, Math.ceil(size / 4_096));
    if (action !== 'PutItem') continue;
    const item = request['Item'] as Item;
    writes += Math.ceil(Math.max(size, sizeOf(item as never)) / 1_024);
    const [old, now] = [before?.wakeAt?.N, item.wakeAt?.N];
    if (old !== now) index += (old === undefined ? 0 : 1) + (now === undefined ? 0 : 1);
    before = item;
  }
  const dollars = (writes + index) * PRICES.dynamodbWrite + reads * PRICES.dynamodbRead;
  return { units: `${writes} + ${index} write, ${reads} read`, dollars };
}

/** Bills calls of S3: puts and listings, gets; removing is free. */
export function s3Bill(calls: readonly WireCall[]): Bill {
  const count = (name: string) => calls.filter(({ action }) => action === name).length;
  const [puts, gets, lists] = [count('PutObject'), count('GetObject'), count('ListObjectsV2')];
  return {
    units: `${puts} put, ${gets} get, ${count('DeleteObject')} delete`,
    dollars: puts * PRICES.s3Put + gets * PRICES.s3Get + lists * PRICES.s3List,
  };
}
