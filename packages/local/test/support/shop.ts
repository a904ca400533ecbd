import {
  createFleet,
  createOrchestrator,
  defineCommand,
  defineEvent,
  type EventOf,
  fromCommand,
  fromEach,
  onCommand,
  type StandardSchema,
} from '@xorca/core';
import { assign, setup } from 'xstate';

/** A schema of one text, as any library would make it. */
function text<Field extends string>(field: Field): StandardSchema<Readonly<Record<Field, string>>> {
  const fits = (value: unknown): value is Record<Field, string> =>
    typeof (value as Record<string, unknown> | undefined)?.[field] === 'string';
  const issues = [{ message: 'must be a text', path: [field] }];
  return {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) => (fits(value) ? { value } : { issues }),
    },
  };
}

const reserve = defineCommand('cmd.stock.reserve', { input: text('of'), output: text('shelf') });
const pay = defineCommand('cmd.till.pay', { input: text('by'), output: text('receipt'), error: text('why') });
const deliver = defineCommand('cmd.shop.deliver', { input: text('to'), output: text('signed') });
const drive = defineCommand('cmd.van.drive', { input: text('to'), output: text('at') });
const approval = defineEvent('evt.approval.given', { data: text('by') });

/** Every kind of thing an orchestration does: a list, a retry, an early event, a process of another, a wait. */
export const shopMachine = setup({
  types: {
    context: {} as { shelves: string[]; receipt: string; signed: string },
    input: {} as { of: string[] },
    events: {} as EventOf<typeof approval>,
  },
  actors: {
    reserveAll: fromEach(fromCommand(reserve), { limit: 2 }),
    pay: fromCommand(pay, { timeout: '1m', retry: { attempts: 3, backoff: '10s', jitter: false } }),
    deliver: fromCommand(deliver),
  },
}).createMachine({
  id: 'shop',
  context: { shelves: [], receipt: '', signed: '' },
  initial: 'Reserving',
  states: {
    Reserving: {
      invoke: {
        src: 'reserveAll',
        input: ({ event }) =>
          (event as unknown as { input: { of: string[] } }).input.of.map((of) => ({ of })),
        onDone: {
          target: 'Approving',
          actions: assign({
            shelves: ({ event }) =>
              event.output.flatMap((one) => (one.status === 'done' ? one.output.shelf : [])),
          }),
        },
      },
    },
    Approving: { on: { 'evt.approval.given': 'Paying' } },
    Paying: {
      invoke: {
        src: 'pay',
        input: { by: 'card' },
        onDone: { target: 'Resting', actions: assign({ receipt: ({ event }) => event.output.receipt }) },
      },
    },
    Resting: { after: { 86400000: 'Delivering' } },
    Delivering: {
      invoke: {
        src: 'deliver',
        input: { to: 'Woolsthorpe' },
        onDone: { target: 'Done', actions: assign({ signed: ({ event }) => event.output.signed }) },
      },
    },
    Done: { type: 'final' },
  },
});

export const shop = createOrchestrator({
  name: 'shop',
  machines: { '1.0.0': shopMachine },
  events: [approval],
  buffer: { 'evt.approval.given': '7d' },
});

/** The process behind `cmd.shop.deliver`. */
export const delivery = createOrchestrator({
  name: 'delivery',
  startOn: deliver,
  machines: {
    '1.0.0': setup({ actors: { drive: fromCommand(drive) } }).createMachine({
      initial: 'Driving',
      states: {
        Driving: { invoke: { src: 'drive', input: { to: 'Woolsthorpe' }, onDone: 'There' } },
        There: { type: 'final' },
      },
      output: { signed: 'Isaac' },
    }),
  },
});

/** Services that work, but for the till, which does not hear the first time. */
export function services() {
  let asked = 0;
  return createFleet({
    name: 'town',
    source: '/town',
    handlers: [
      onCommand(reserve, ({ of }) => ({ shelf: `shelf of ${of}` })),
      onCommand(pay, () => {
        asked++;
        if (asked === 1) return new Promise<never>(() => {});
        return { receipt: `no. ${asked}` };
      }),
      onCommand(drive, ({ to }) => ({ at: to })),
    ],
  });
}
