import {
  createFleet,
  createOrchestrator,
  defineCommand,
  defineEvent,
  failureOf,
  fromCommand,
  onCommand,
  type ProcessDetails,
} from '@xorca/core';
import { assign, emit, fromPromise, setup } from 'xstate';
import { z } from 'zod';
import type { SimulatedWorld } from '../../src/simulation/invariant.ts';
import type { System } from './system.ts';

const amount = z.object({ amount: z.number() });
const pay = defineCommand('cmd.pay', {
  input: amount,
  output: amount,
  error: z.object({ reason: z.string() }),
});
const charge = defineCommand('cmd.charge', {
  input: amount,
  output: amount,
  error: z.object({ reason: z.string() }),
});
const topUp = defineEvent('evt.account.topped', { data: amount });

/** An account: whatever tops it up first opens it; it pays over another orchestrator, which it asks again when that is too slow. */
const account = setup({
  types: {
    context: {} as { balance: number; rate: number; log: string[] },
    events: {} as { type: string; data: { amount: number } },
  },
  actors: {
    rate: fromPromise(async () => 2),
    pay: fromCommand(pay, { timeout: '40m', retry: { attempts: 5, backoff: '1m' }, cancel: true }),
  },
  actions: { add: assign({ balance: ({ context, event }) => context.balance + event.data.amount }) },
  guards: { rich: ({ context }) => context.balance >= 30 },
}).createMachine({
  id: 'account',
  context: { balance: 0, rate: 0, log: [] },
  initial: 'pricing',
  on: { 'evt.account.topped': { actions: ['add', emit({ type: 'notif.topped' })] } },
  states: {
    pricing: {
      invoke: {
        src: 'rate',
        onDone: { target: 'collecting', actions: assign({ rate: ({ event }) => event.output as number }) },
      },
    },
    collecting: { always: { guard: 'rich', target: 'paying' } },
    paying: {
      invoke: {
        id: 'pay',
        src: 'pay',
        input: ({ context }) => ({ amount: 10 * context.rate }),
        onDone: { target: 'paid', actions: assign({ log: ({ context }) => [...context.log, 'paid'] }) },
        onError: {
          target: 'refused',
          actions: assign({ log: ({ context, event }) => [...context.log, failureOf(pay, event).kind] }),
        },
      },
    },
    paid: { after: { 86400000: 'closed' } },
    refused: { after: { 86400000: 'closed' } },
    closed: { type: 'final' },
  },
});

/** A payment: must be over by its deadline, however slow its service is. */
const payment = setup({
  types: { input: {} as { amount: number }, context: {} as { amount: number } },
  actors: { charge: fromCommand(charge, { timeout: '10m', retry: { attempts: 3, backoff: '1m' } }) },
}).createMachine({
  id: 'payment',
  context: ({ input }) => ({ amount: input.amount }),
  initial: 'charging',
  states: {
    charging: { invoke: { src: 'charge', input: ({ context }) => context, onDone: 'done' } },
    done: { type: 'final' },
  },
  output: ({ context }) => ({ amount: context.amount }),
});

const accounts = createOrchestrator({
  name: 'accounts',
  machines: { '1': account },
  startOrSignal: [topUp],
  events: [topUp],
  deadline: '60d',
  retention: { done: '30d', error: '30d', cancelled: '30d' },
});
const payments = createOrchestrator({
  name: 'payments',
  machines: { '1': payment },
  startOn: pay,
  deadline: '30m',
  onFailure: ({ code }) => ({ reason: code }),
  retention: { done: '20d', error: '20d', cancelled: '20d' },
});

/** Promises, deadlines, retention, signals, and attempts towards another orchestrator; services that decline at times. */
export const payable: System = {
  orchestrators: [accounts, payments],
  services: ({ random }) =>
    createFleet({
      source: '/bank',
      handlers: [
        onCommand(charge, async ({ amount: asked }, { fail }) =>
          random.share(0.4) ? fail({ reason: 'declined' }) : { amount: asked },
        ),
      ],
    }),
  options: {
    idempotent: true,
    cancel: 0.1,
    faults: { overtake: 0.5 },
    events: ({ random }) =>
      Array.from({ length: 3 }, () => ({
        type: 'evt.account.topped',
        data: { amount: 10 },
        after: random.whole(7_200_000),
      })),
    invariant: (world) => [
      ...[...world.processes].flatMap(([id, process]) => [...wrong(id, process, world)]),
      ...twice(world),
    ],
  },
};

function* wrong(
  id: string,
  { orchestrator, status, context, value }: ProcessDetails,
  world: SimulatedWorld,
): Generator<string> {
  if (orchestrator !== 'accounts' || status === 'cancelled') return;
  const { balance, log } = context as { balance: number; log: string[] };
  if (balance !== 30) yield `${id} was topped up by 30 and has ${balance}`;
  if (log.length !== 1) yield `${id} ended its payment ${log.length} times: ${log.join(', ')}`;
  if (status !== 'done') yield `${id} is ${status} in ${JSON.stringify(value)}`;
  const topped = world.published.filter(({ type, subject }) => type === 'notif.topped' && subject === id);
  if (topped.length !== 3) yield `${id} told ${topped.length} times that it was topped up`;
}

/** All attempts of a command are one process. */
function* twice({ published, processes }: SimulatedWorld): Generator<string> {
  const attempts = new Map<unknown, string[]>();
  for (const { type, id, source, commandid } of published) {
    if (type === pay.type) attempts.set(commandid, [...(attempts.get(commandid) ?? []), `${id}@${source}`]);
  }
  for (const [command, names] of attempts) {
    const begun = names.filter((name) => processes.has(name));
    if (begun.length > 1) yield `the attempts of ${command} began ${begun.join(' and ')}`;
  }
}
