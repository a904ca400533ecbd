import { createOrchestrator } from '@xorca/core';
import { approvalGiven, orderCalledOff, orderPlaced, orderShipped } from './contracts.ts';
import { orderMachine } from './machine.ts';

/** Orders from the moment they are placed to their end. It knows neither the services nor where it runs. */
export const orders = createOrchestrator({
  name: 'shop.orders',
  machines: { '1.0.0': orderMachine },
  startOn: orderPlaced,
  events: [approvalGiven, orderShipped, orderCalledOff],
  // Somebody may agree before the process asks: the word is kept until it does.
  buffer: { 'evt.approval.given': '7d' },
});
