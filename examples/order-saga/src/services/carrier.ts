import { createFleet, type Fleet, onCommand } from '@xorca/core';
import { sendParcel } from '../contracts.ts';
import type { ServiceOptions } from './service.ts';

const NO_ROAD = ['Atlantis'];

/** Brings parcels wherever there is a road. */
export function carrier({ ledger, tell, reached }: ServiceOptions): Fleet {
  return createFleet({
    name: 'carrier',
    source: '/srvc/carrier',
    handlers: [
      onCommand(sendParcel, async ({ item, quantity, city }, { processId: orderId, fail }) => {
        await reached();
        if (NO_ROAD.includes(city)) {
          tell(orderId, `finds no road to ${city}`);
          return fail({ reason: `no road leads to ${city}` });
        }
        ledger.book({ orderId, kind: 'ship', item, amount: quantity });
        tell(orderId, `takes the parcel to ${city}`);
        return { parcel: `${orderId}/parcel` };
      }),
    ],
  });
}
