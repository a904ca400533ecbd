import { createFleet, type Fleet, onCommand } from '@xorca/core';
import { refundPayment, takePayment } from '../contracts.ts';
import { euros } from '../words.ts';
import type { ServiceOptions } from './service.ts';

const SUNDAY = 0;

/** Takes money by card at any time; gives it back on every day but Sunday. */
export function bank({ ledger, tell, now, reached }: ServiceOptions): Fleet {
  return createFleet({
    name: 'bank',
    source: '/srvc/bank',
    handlers: [
      onCommand(takePayment, async ({ amount, card }, { processId: orderId, fail }) => {
        await reached();
        // Delivered late: the order was called off in the meantime, and nobody would give the money back again.
        if (ledger.find(orderId, 'refund')) {
          tell(orderId, 'takes nothing for what was called off');
          return fail({ reason: 'the payment was called off' });
        }
        if (card === 'expired') {
          tell(orderId, 'refuses the card');
          return fail({ reason: 'the card has expired' });
        }
        ledger.book({ orderId, kind: 'charge', item: card, amount });
        tell(orderId, `takes ${euros(amount)}`);
        return { receipt: `${orderId}/receipt` };
      }),
      onCommand(refundPayment, async (_, { processId: orderId, fail }) => {
        await reached();
        const charge = ledger.find(orderId, 'charge');
        if (!charge) {
          // What is still on its way to be charged must find that it comes too late.
          ledger.book({ orderId, kind: 'refund', item: '', amount: 0 });
          return { refunded: 0 };
        }
        if (new Date(now()).getUTCDay() === SUNDAY) {
          tell(orderId, 'gives nothing back on a Sunday');
          return fail({ reason: 'it is Sunday' });
        }
        const { item, amount } = charge;
        ledger.book({ orderId, kind: 'refund', item, amount });
        tell(orderId, `gives ${euros(amount)} back`);
        return { refunded: amount };
      }),
    ],
  });
}
