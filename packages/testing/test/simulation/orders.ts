import {
  type CloudEvent,
  createFleet,
  createOrchestrator,
  defineCommand,
  fromCommand,
  fromEach,
  onCommand,
  type ProcessDetails,
} from '@xorca/core';
import { assign, setup } from 'xstate';
import { z } from 'zod';
import type { SimulatedWorld } from '../../src/simulation/invariant.ts';
import type { ServiceWorld } from '../../src/simulation/simulate-options.ts';
import type { System } from './system.ts';

const item = z.object({ key: z.string() });
const contract = (type: `cmd.${string}`) => defineCommand(type, { input: item, output: item, error: item });
const alone = contract('cmd.alone');
const each = contract('cmd.each');
const deep = contract('cmd.deep');
// Carried out by a process of its own.
const sub = contract('cmd.sub');
const inner = contract('cmd.inner');

const FOUR = ['b0', 'b1', 'b2', 'b3'];
// The shortest pause between two attempts: 10 s, of which jitter takes at most half.
const SHORTEST_PAUSE_MS = 5_000;

/** Attempts enough for any world: that one is used up would hide a lost answer. */
const patient = {
  timeout: '60s',
  retry: { attempts: 400, backoff: '10s', maxBackoff: '30s' },
  cancel: true,
} as const;

/** Commands side by side, in a list, deep down and over another process; then an approval that may come at any time. */
function orderMachine(version: 1 | 2) {
  const child = setup({ actors: { deep: fromCommand(deep, patient) } }).createMachine({
    id: 'child',
    initial: 'asking',
    states: {
      asking: { invoke: { id: 'deep', src: 'deep', input: { key: 'c' }, onDone: 'resting' } },
      resting: { after: { 30000: 'done' } },
      done: { type: 'final' },
    },
  });
  return setup({
    types: { context: {} as { log: string[] } },
    actors: {
      alone: fromCommand(alone, patient),
      all: fromEach(fromCommand(each, patient), { limit: 2 }),
      sub: fromCommand(sub, { ...patient, timeout: '10m' }),
      child,
    },
    actions: {
      note: assign({ log: ({ context }, entry: string) => [...context.log, entry] }),
    },
  }).createMachine({
    id: 'order',
    context: { log: [] },
    initial: 'working',
    states: {
      working: {
        type: 'parallel',
        states: {
          alone: {
            initial: 'asking',
            states: {
              asking: {
                invoke: {
                  id: 'alone',
                  src: 'alone',
                  input: { key: 'a' },
                  onDone: {
                    target: 'done',
                    actions: assign({ log: ({ context, event }) => [...context.log, event.output.key] }),
                  },
                },
                on: {
                  'evt.skip': { target: 'done', actions: { type: 'note', params: 'skipped' } },
                  'evt.again': {
                    target: 'asking',
                    reenter: true,
                    actions: { type: 'note', params: 'again' },
                  },
                },
              },
              done: { type: 'final' },
            },
          },
          all: {
            initial: 'asking',
            states: {
              asking: {
                invoke: {
                  id: 'all',
                  src: 'all',
                  input: FOUR.map((key) => ({ key })),
                  onDone: {
                    target: 'done',
                    actions: assign({
                      log: ({ context, event }) => [
                        ...context.log,
                        ...event.output.map((one) => (one.status === 'done' ? one.output.key : 'failed')),
                      ],
                    }),
                  },
                },
              },
              done: { type: 'final' },
            },
          },
          child: {
            initial: 'asking',
            states: {
              asking: {
                invoke: {
                  id: 'child',
                  src: 'child',
                  onDone: { target: 'done', actions: { type: 'note', params: 'c' } },
                },
              },
              done: { type: 'final' },
            },
          },
        },
        onDone: 'approving',
      },
      approving: {
        on: { 'evt.approval': { target: 'closing', actions: { type: 'note', params: 'approval' } } },
      },
      closing: {
        invoke: {
          id: 'sub',
          src: 'sub',
          input: { key: 's' },
          onDone: {
            target: 'over',
            actions: assign({ log: ({ context, event }) => [...context.log, event.output.key] }),
          },
        },
      },
      // Not final: what comes late must find a process that could still be moved by it.
      over: {},
      ...(version === 2 ? { never: {} } : {}),
    },
  });
}

/** What each order does exactly once, beside `a`, which may be skipped, and `again`, which may come or not. */
const ONCE = [...FOUR, 'c', 'approval', 's'];

/** The process behind `cmd.sub`. */
const subMachine = setup({
  types: { input: {} as { key: string }, context: {} as { key: string } },
  actors: { inner: fromCommand(inner, patient) },
}).createMachine({
  id: 'sub',
  context: ({ input }) => ({ key: input.key }),
  initial: 'asking',
  states: {
    asking: { invoke: { id: 'inner', src: 'inner', input: { key: 'i' }, onDone: 'done' } },
    done: { type: 'final' },
  },
  output: ({ context }) => ({ key: context.key }),
});

const machines = { 1: orderMachine(1), 2: orderMachine(2) };
const order = (version: 1 | 2) =>
  createOrchestrator({
    name: 'order',
    startOn: 'evt.begin',
    buffer: { 'evt.approval': '7d' },
    machines: version === 1 ? { '1': machines[1] } : { '1': machines[1], '2': machines[2] },
    migrations: version === 1 ? {} : { '1': { to: '2' } },
  });
const suborder = createOrchestrator({ name: 'sub', startOn: sub, machines: { '1': subMachine } });

const fleet = ({ random }: ServiceWorld) =>
  createFleet({
    source: '/fleet',
    handlers: [alone, each, deep, inner].map((command) =>
      onCommand(command, async (input, { fail }) => (random.share(0.15) ? fail(input) : input)),
    ),
  });

/** A deployment, migrations and cancellations in between; every answer completes its command once, and everybody is told the end. */
export const orders: System = {
  orchestrators: [order(1), suborder],
  services: fleet,
  options: {
    events: ({ random }) => [
      { type: 'evt.begin' },
      { type: 'evt.approval', after: random.pick([0, 100_000, 900_000]) },
      ...(random.share(0.2) ? [{ type: 'evt.skip', after: random.whole(100_000) }] : []),
      ...(random.share(0.6) ? [{ type: 'evt.again', after: random.whole(20_000) }] : []),
    ],
    mayRest: ({ value }) => value === 'over',
    deploys: [order(2)],
    cancel: 0.25,
    migrate: 0.4,
    invariant: (world) =>
      [...world.processes].flatMap(([id, process]) => [
        ...leftovers(id, process),
        ...(process.orchestrator === 'order' ? orderWrong(id, process, world) : subWrong(id, process)),
      ]),
  },
};

function* orderWrong(
  id: string,
  { value, status, context }: ProcessDetails,
  world: SimulatedWorld,
): Generator<string> {
  const log = (context as { log?: string[] } | undefined)?.log ?? [];
  for (const entry of new Set(log)) {
    if (log.filter((other) => other === entry).length > 1) yield `${id} did ${entry} twice`;
    if (![...ONCE, 'a', 'skipped', 'again'].includes(entry)) yield `${id} took ${entry}`;
  }
  if (log.includes('a') && log.includes('skipped')) yield `${id} both did and skipped a`;
  if (status !== 'cancelled') {
    if (value !== 'over') yield `${id} is in ${JSON.stringify(value)}`;
    const missing = [...ONCE, log.includes('skipped') ? 'skipped' : 'a'].filter(
      (entry) => !log.includes(entry),
    );
    if (missing.length > 0) yield `${id} did not do ${missing.join(', ')}`;
  }
  yield* attempts(id, status, log, world);
}

/** No command is sent again without its pause, and what was called off was told so. */
function* attempts(
  id: string,
  status: string,
  log: readonly string[],
  world: SimulatedWorld,
): Generator<string> {
  const mine = world.published.filter(({ subject }) => subject === id);
  const of = (type: string) => mine.filter((event) => event.type === type);
  const sent = new Map<string, CloudEvent[]>();
  for (const event of mine) {
    if (!event.type.startsWith('cmd.') || event.type.endsWith('.cancel')) continue;
    const key = `${event.type} ${(event.data as { key: string }).key}`;
    sent.set(key, [...(sent.get(key) ?? []), event]);
  }
  for (const [key, events] of sent) {
    const times = events.map(({ time }) => Date.parse(time ?? '')).sort((a, b) => a - b);
    for (const [at, time] of times.entries()) {
      const before = times[at - 1];
      // Entered anew, a state asks anew, at once.
      if (before === undefined || key === 'cmd.alone a') continue;
      if (time - before < SHORTEST_PAUSE_MS) yield `${id} sent ${key} again after ${time - before} ms`;
    }
  }
  if (log.includes('again') && of('cmd.alone').length < 2) yield `${id} did not ask again`;
  if (log.includes('skipped') && of('cmd.alone.cancel').length === 0)
    yield `${id} did not call off cmd.alone`;
  for (const [type, ends] of [
    ['cmd.alone', ['a', 'skipped']],
    ['cmd.sub', ['s']],
  ] as const) {
    // By number: an attempt that was refused at first goes out after later ones.
    const last = of(type)
      .sort((a, b) => numberOf(a) - numberOf(b))
      .at(-1);
    if (status !== 'cancelled' || !last || ends.some((end) => log.includes(end))) continue;
    const off = of(`${type}.cancel`).some((event) => event['causationid'] === last.id);
    if (!off) yield `${id} did not call off ${last.id}`;
  }
  if (status === 'cancelled') return;
  for (const key of ['cmd.alone a', 'cmd.each b0', 'cmd.each b3', 'cmd.deep c', 'cmd.sub s']) {
    if (!sent.has(key)) yield `${id} never sent ${key}`;
  }
}

function* subWrong(id: string, { status }: ProcessDetails): Generator<string> {
  if (status === 'active') yield `${id} still runs`;
}

function* leftovers(
  id: string,
  { status, timers, commands, buffered, problem, outbox }: ProcessDetails,
): Generator<string> {
  if (outbox.length > 0) yield `${id} keeps effects`;
  if (timers.length > 0) yield `${id} keeps timers`;
  if (commands.length > 0) yield `${id} keeps commands`;
  if (buffered.length > 0 && status === 'active') yield `${id} keeps early events`;
  if (problem) yield `${id} has a problem`;
}

function numberOf({ id }: CloudEvent): number {
  return Number(id.slice(id.lastIndexOf('/') + 1));
}
