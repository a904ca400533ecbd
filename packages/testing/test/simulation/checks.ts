import {
  type CloudEvent,
  createFleet,
  createOrchestrator,
  defineCommand,
  onCommand,
  type ProcessDetails,
} from '@xorca/core';
import { assign, emit, raise, setup } from 'xstate';
import { z } from 'zod';
import type { SimulatedWorld } from '../../src/simulation/invariant.ts';
import type { System } from './system.ts';

interface Input {
  readonly type: string;
  readonly cloudevent: { readonly id: string };
}

const TICKS = 3;

/** The plain style: states emit commands, a wait that only a timer ends, two checks in parallel; ticks at any time. */
const machine = setup({
  types: { context: {} as { log: string[] }, events: {} as Input },
  actions: {
    log: assign({ log: ({ context, event }) => [...context.log, event.cloudevent?.id ?? event.type] }),
  },
  delays: { pause: 300_000 },
}).createMachine({
  id: 'checks',
  context: { log: [] },
  initial: 'fetch',
  // Rings once, and no state is left by it: only taking the timer out keeps it from ringing again.
  entry: raise({ type: 'alarm', cloudevent: { id: 'alarm' } }, { delay: 120_000 }),
  on: {
    alarm: { actions: 'log' },
    'evt.tick': {
      actions: ['log', emit(({ event }) => ({ type: 'notif.tick', data: event.cloudevent.id }))],
    },
  },
  states: {
    fetch: { on: { 'evt.fetch.success': { target: 'pause', actions: 'log' } } },
    pause: { after: { pause: 'checks' } },
    checks: {
      type: 'parallel',
      states: {
        left: {
          initial: 'ask',
          states: {
            ask: { on: { 'evt.left.success': { target: 'ok', actions: 'log' } } },
            ok: { type: 'final' },
          },
        },
        right: {
          initial: 'ask',
          states: {
            ask: { on: { 'evt.right.success': { target: 'ok', actions: 'log' } } },
            ok: { type: 'final' },
          },
        },
      },
      onDone: 'closing',
    },
    // Not final: ticks may still come, and each must be in the log.
    closing: {},
  },
});

const orchestrator = createOrchestrator({
  name: 'checks',
  machines: { '1': machine },
  startOn: 'evt.begin',
  onOrchestrationState: {
    fetch: () => ({ type: 'cmd.fetch', data: {} }),
    '#checks.#left.ask': () => ({ type: 'cmd.left', data: {} }),
    '#checks.#right.ask': () => ({ type: 'cmd.right', data: {} }),
    closing: () => ({ type: 'notif.closed' }),
  },
});

const any = z.object({});
const fleet = createFleet({
  source: '/fleet',
  handlers: (['cmd.fetch', 'cmd.left', 'cmd.right'] as const).map((type) =>
    onCommand(defineCommand(type, { input: any, output: any }), async () => ({})),
  ),
});

/** Every tick moves its process once and is told once; every command is sent once; the alarm rings once. */
export const checks: System = {
  orchestrators: orchestrator,
  services: fleet,
  options: {
    events: ({ random }) => [
      { type: 'evt.begin' },
      ...Array.from({ length: TICKS }, () => ({ type: 'evt.tick', after: random.whole(900_000) })),
    ],
    mayRest: ({ value }) => value === 'closing',
    // A failing or stray answer of this fleet is an event like any other here: nobody correlates it.
    faults: { stray: 0 },
    invariant: (world) => [...world.processes].flatMap(([id, process]) => [...wrong(id, process, world)]),
  },
};

function* wrong(id: string, { value, context }: ProcessDetails, world: SimulatedWorld): Generator<string> {
  const log = (context as { log?: string[] } | undefined)?.log ?? [];
  for (const entry of new Set(log)) {
    if (log.filter((other) => other === entry).length > 1) yield `${entry} moved ${id} twice`;
  }
  for (let tick = 1; tick <= TICKS; tick++) {
    if (!log.includes(`${tick}@${id}`)) yield `tick ${tick} is not in ${id}`;
  }
  if (!log.includes('alarm')) yield `${id} never heard its alarm`;
  if (value !== 'closing') yield `${id} is in ${JSON.stringify(value)}`;
  const told = world.published
    .filter(({ subject }) => subject === id)
    .map(textOf)
    .sort();
  const ticks = log.filter((entry) => entry.endsWith(`@${id}`)).map((entry) => `notif.tick ${entry}`);
  const expected = ['cmd.fetch', 'cmd.left', 'cmd.right', 'notif.closed', ...ticks].sort();
  if (told.join() !== expected.join())
    yield `${id} sent ${told.join(', ')} instead of ${expected.join(', ')}`;
}

function textOf({ type, data }: CloudEvent): string {
  return typeof data === 'string' ? `${type} ${data}` : type;
}
