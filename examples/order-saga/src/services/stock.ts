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
        // Delivered late: the order was called off in the meantime, and nobody would put the things back again.
        if (ledger.find(orderId, 'release')) {
          tell(orderId, 'sets nothing aside for what was called off');
          return fail({ reason: 'the reservation was called off' });
        }
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
        if (!ledger.find(orderId, 'reserve')) {
          // What is still on its way to be reserved must find that it comes too late.
          ledger.book({ orderId, kind: 'release', item, amount: 0 });
          return {};
        }
        ledger.book({ orderId, kind: 'release', item, amount: quantity });
        tell(orderId, `puts ${quantity} × ${item} back`);
        return {};
      }),
    ],
  });
}
