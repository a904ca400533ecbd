import { type CommandFailure, type EmittedOf, type EventOf, failureOf, fromCommand } from '@xorca/core';
import { assign, emit, setup } from 'xstate';
import {
  type approvalGiven,
  type Order,
  type orderCalledOff,
  type orderShipped,
  refundPayment,
  releaseStock,
  reserveStock,
  sendParcel,
  takePayment,
} from './contracts.ts';

/** What a process remembers of its order. */
export interface OrderContext {
  readonly order: Order;
  readonly approvedBy?: string;
  readonly parcel?: string;
  /** Why it was called off. */
  readonly reason?: string;
  /** What was undone, in that order. */
  readonly undone: readonly string[];
}

/** Cents above which a person must agree. */
const LARGE = 100_000;

// A service that refuses will refuse again; one that is silent may only be slow.
const ASK = {
  timeout: '1m',
  retry: { attempts: 3, when: ({ kind }: { readonly kind: string }) => kind === 'timeout' },
} as const;
// What was done must be undone, however long that takes. No jitter: there is no crowd of orders to keep apart.
const INSIST = {
  timeout: '1m',
  retry: { attempts: 50, backoff: '1h', maxBackoff: '6h', jitter: false },
} as const;

/** Refused at last, but asked before: an attempt that was not answered in time may be carried out later. */
const mayYetBeDone = ({ kind, attempts }: Pick<CommandFailure, 'kind' | 'attempts'>) =>
  kind === 'timeout' || attempts > 1;

/**
 * Reserve, pay, ship; undone in the reverse order from where it failed. A step that timed out may have been done all the same, or
 * may yet be, so it is undone, too, and the services refuse what comes after that. A compensation has no `onError`: should it fail for good, the process ends in an error that a person sees, and
 * `redrive` goes on from there.
 */
export const orderMachine = setup({
  types: {
    context: {} as OrderContext,
    input: {} as Order,
    events: {} as EventOf<typeof approvalGiven>,
    emitted: {} as EmittedOf<typeof orderShipped> | EmittedOf<typeof orderCalledOff>,
  },
  actors: {
    reserveStock: fromCommand(reserveStock, ASK),
    releaseStock: fromCommand(releaseStock, INSIST),
    takePayment: fromCommand(takePayment, ASK),
    refundPayment: fromCommand(refundPayment, INSIST),
    // No timeout: a parcel may be on its way, so nothing else can happen before the carrier has answered.
    sendParcel: fromCommand(sendParcel),
  },
  guards: { isLarge: ({ context }) => context.order.amount > LARGE },
  delays: { approvalTime: 7 * 24 * 3_600_000 },
}).createMachine({
  id: 'order',
  context: ({ input }) => ({ order: input, undone: [] }),
  initial: 'Reserving',
  states: {
    Reserving: {
      invoke: {
        src: 'reserveStock',
        input: ({ context: { order } }) => ({ item: order.item, quantity: order.quantity }),
        onDone: [{ guard: 'isLarge', target: 'Approving' }, { target: 'Paying' }],
        onError: [
          {
            guard: ({ event }) => mayYetBeDone(failureOf(reserveStock, event)),
            target: 'Releasing',
            actions: assign({
              reason: ({ event }) =>
                failureOf(reserveStock, event).data?.reason ?? 'the stock does not answer',
            }),
          },
          {
            target: 'CalledOff',
            actions: assign({ reason: ({ event }) => failureOf(reserveStock, event).data?.reason ?? '' }),
          },
        ],
      },
    },
    Approving: {
      on: {
        'evt.approval.given': {
          target: 'Paying',
          actions: assign({ approvedBy: ({ event }) => event.data.by }),
        },
      },
      after: { approvalTime: { target: 'Releasing', actions: assign({ reason: 'nobody approved it' }) } },
    },
    Paying: {
      invoke: {
        src: 'takePayment',
        input: ({ context: { order } }) => ({ amount: order.amount, card: order.card }),
        onDone: 'Shipping',
        onError: [
          {
            guard: ({ event }) => mayYetBeDone(failureOf(takePayment, event)),
            target: 'Refunding',
            actions: assign({
              reason: ({ event }) => failureOf(takePayment, event).data?.reason ?? 'the bank does not answer',
            }),
          },
          {
            target: 'Releasing',
            actions: assign({ reason: ({ event }) => failureOf(takePayment, event).data?.reason ?? '' }),
          },
        ],
      },
    },
    Shipping: {
      invoke: {
        src: 'sendParcel',
        input: ({ context: { order } }) => ({ item: order.item, quantity: order.quantity, city: order.city }),
        onDone: { target: 'Shipped', actions: assign({ parcel: ({ event }) => event.output.parcel }) },
        onError: {
          target: 'Refunding',
          actions: assign({ reason: ({ event }) => failureOf(sendParcel, event).data?.reason ?? '' }),
        },
      },
    },
    Refunding: {
      invoke: {
        src: 'refundPayment',
        input: {},
        onDone: {
          target: 'Releasing',
          actions: assign({ undone: ({ context }) => [...context.undone, 'payment'] }),
        },
      },
    },
    Releasing: {
      invoke: {
        src: 'releaseStock',
        input: ({ context: { order } }) => ({ item: order.item, quantity: order.quantity }),
        onDone: {
          target: 'CalledOff',
          actions: assign({ undone: ({ context }) => [...context.undone, 'reservation'] }),
        },
      },
    },
    Shipped: {
      type: 'final',
      entry: emit(({ context }) => ({
        type: 'notif.order.shipped' as const,
        data: { parcel: context.parcel ?? '' },
      })),
    },
    CalledOff: {
      type: 'final',
      entry: emit(({ context: { reason = '', undone } }) => ({
        type: 'notif.order.calledoff' as const,
        data: { reason, undone: [...undone] },
      })),
    },
  },
});
