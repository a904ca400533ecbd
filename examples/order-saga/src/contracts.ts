import { defineCommand, defineEvent } from '@xorca/core';
import { z } from 'zod';

/** What somebody orders; amounts are cents. The order's id is the subject of every event about it. */
export const order = z.object({
  item: z.string(),
  quantity: z.int().positive(),
  amount: z.int().positive(),
  card: z.string(),
  city: z.string(),
});
export type Order = z.output<typeof order>;

const quantity = z.object({ item: z.string(), quantity: z.int().positive() });
const reason = z.object({ reason: z.string() });

/** Starts an order's process. */
export const orderPlaced = defineEvent('evt.order.placed', { data: order });
/** A person says yes to a large order, perhaps before anybody asked. */
export const approvalGiven = defineEvent('evt.approval.given', { data: z.object({ by: z.string() }) });
/** How an order ended, for whoever wants to know. */
export const orderShipped = defineEvent('notif.order.shipped', { data: z.object({ parcel: z.string() }) });
export const orderCalledOff = defineEvent('notif.order.calledoff', {
  data: z.object({ reason: z.string(), undone: z.array(z.string()) }),
});

/**
 * Each step that can be undone has a command that undoes it. Undoing what was never done does nothing, and from then on it cannot
 * be done: a command that was slow may come after the one that undoes it.
 */
export const reserveStock = defineCommand('cmd.stock.reserve', {
  input: quantity,
  output: z.object({ left: z.int() }),
  error: reason,
});
export const releaseStock = defineCommand('cmd.stock.release', { input: quantity, output: z.object({}) });
export const takePayment = defineCommand('cmd.payment.take', {
  input: z.object({ amount: z.int().positive(), card: z.string() }),
  output: z.object({ receipt: z.string() }),
  error: reason,
});
export const refundPayment = defineCommand('cmd.payment.refund', {
  input: z.object({}),
  output: z.object({ refunded: z.int() }),
  error: reason,
});
/** What has left the house cannot be called back: the last step has no way back. */
export const sendParcel = defineCommand('cmd.parcel.send', {
  input: quantity.extend({ city: z.string() }),
  output: z.object({ parcel: z.string() }),
  error: reason,
});
