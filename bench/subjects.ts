import { type CloudEvent, createOrchestrator, type StateMapping } from '@xorca/core';
import { type AnyStateMachine, assign, setup } from 'xstate';

const ring = Object.fromEntries(
  Array.from({ length: 10 }, (_, n) => [
    `s${n}`,
    { on: { 'evt.next': { target: `s${(n + 1) % 10}`, actions: 'count' } } },
  ]),
);

/** Ten states in a ring, a context of about 600 bytes: a small real process that never ends. */
export const ringMachine: AnyStateMachine = setup({
  types: { context: {} as { n: number; order: object } },
  actions: { count: assign({ n: ({ context }) => context.n + 1 }) },
}).createMachine({
  id: 'ring',
  context: { n: 0, order: order() },
  initial: 's0',
  states: ring as never,
}) as never;

export const ringOrchestrator = createOrchestrator({
  name: 'ring',
  machines: { '1': ringMachine },
  startOn: 'evt.start',
});

/** The same ring with a command in each state. */
export const chattyOrchestrator = createOrchestrator({
  name: 'chatty',
  machines: { '1': ringMachine },
  startOn: 'evt.start',
  onOrchestrationState: Object.fromEntries(Object.keys(ring).map((state) => [state, command])),
});

/** Four events from its start to its end, a command or notification after each. */
export const fourOrchestrator = createOrchestrator({
  name: 'four',
  startOn: 'evt.start',
  machines: {
    '1': setup({}).createMachine({
      id: 'four',
      context: { order: order() },
      initial: 'a',
      states: {
        a: { on: { 'evt.a': 'b' } },
        b: { on: { 'evt.b': 'c' } },
        c: { on: { 'evt.c': 'd' } },
        d: { type: 'final' },
      },
    }),
  },
  onOrchestrationState: { a: command, b: command, c: command, d: command },
});

export const FOUR = ['evt.start', 'evt.a', 'evt.b', 'evt.c'] as const;

let serial = 0;

/** An event no process has seen. */
export function nextEvent(subject: string, type: string): CloudEvent {
  serial++;
  return {
    specversion: '1.0',
    id: `${subject}/${serial}/answer`,
    source: '/srvc/orders',
    type,
    subject,
    data: { n: serial },
  };
}

function command(id: string, state: string): ReturnType<StateMapping> {
  return { type: 'cmd.orders.handle', data: { id, state } };
}

function order(): object {
  return {
    customer: {
      name: 'Isaac Newton',
      mail: 'isaac@example.org',
      address: { street: 'Trinity Lane 1', town: 'Cambridge' },
    },
    lines: Array.from({ length: 4 }, (_, n) => ({
      article: `prism-${n}`,
      title: 'A triangular glass prism',
      amount: n + 1,
      cents: 1_250 * n,
    })),
    note: 'Deliver before noon, please.',
  };
}
