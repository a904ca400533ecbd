import { createFleet, type Fleet, onCommand } from '@xorca/core';
import { releaseStock, reserveStock } from '../contracts.ts';
import type { ServiceOptions } from './service.ts';

/** What lies on the shelves at first. */
const SHELVES: Readonly<Record<string, number>> = {
  tea: 50,
  'chess set': 3,
  globe: 1,
  telescope: 2,
  bell: 12,
  organ: 1,
};

/** Sets things aside for orders, and puts them back. */
export function stock({ ledger, tell, reached }: ServiceOptions): Fleet {
  const left = (item: string) =>
    (SHELVES[item] ?? 0) - ledger.total(item, 'reserve') + ledger.total(item, 'release');
  return createFleet({
    name: 'stock',
    source: '/srvc/stock',
    handlers: [
      onCommand(reserveStock, async ({ item, quantity }, { processId: orderId, fail }) => {
        await reached();
        if (!ledger.find(orderId, 'reserve') && left(item) < quantity) {
          tell(orderId, `has ${left(item)} × ${item}`);
          return fail({ reason: `there is no ${item} left` });
        }
        ledger.book({ orderId, kind: 'reserve', item, amount: quantity });
        tell(orderId, `sets ${quantity} × ${item} aside`);
        return { left: left(item) };
      }),
      onCommand(releaseStock, async ({ item, quantity }, { processId: orderId }) => {
        await reached();
        if (!ledger.find(orderId, 'reserve')) return {};
        ledger.book({ orderId, kind: 'release', item, amount: quantity });
        tell(orderId, `puts ${quantity} × ${item} back`);
        return {};
      }),
    ],
  });
}
