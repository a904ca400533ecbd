import { expect, test } from 'vitest';
import { assign, emit, setup } from 'xstate';
import {
  type CloudEvent,
  createOrchestrator,
  createRunner,
  memoryPublisher,
  memoryStore,
  type OrchestratorOptions,
} from '../src/index.ts';
import { event } from './support/literature-machine.ts';

function world(
  options: Partial<OrchestratorOptions> & { machine: OrchestratorOptions['machines'][string] },
  maxEventBytes?: number,
) {
  const { machine, ...rest } = options;
  const store = memoryStore();
  const publisher = memoryPublisher();
  const bus = maxEventBytes === undefined ? publisher : { maxEventBytes, publish: publisher.publish };
  const orchestrator = createOrchestrator({
    name: 'fx',
    machines: { '1': machine },
    startOn: 'start',
    ...rest,
  });
  const runner = createRunner(orchestrator, { store, publisher: bus });
  return { runner, store, publisher, types: () => publisher.published.map(({ type }) => type) };
}
const say = (type: string) => () => ({ type });

test('re-entering a state emits again, an event that changes nothing emits nothing', async () => {
  const w = world({
    machine: setup({}).createMachine({
      initial: 'a',
      states: {
        a: { on: { again: { target: 'a', reenter: true }, stay: {}, touch: { actions: assign({}) } } },
      },
    }),
    onOrchestrationState: { a: say('cmd.a') },
  });
  await w.runner.handle(['start', 'again', 'stay', 'touch'].map((type) => event('p', type, {})));
  expect(w.types()).toEqual(['cmd.a', 'cmd.a']);
});

test('states passed through by always, compound and parallel states, and emits come out in the order of the machine', async () => {
  const w = world({
    machine: setup({}).createMachine({
      initial: 'idle',
      states: {
        idle: { on: { go: { target: 'through', actions: emit({ type: 'notif.going' }) } } },
        through: { entry: emit({ type: 'notif.through' }), always: 'both' },
        both: {
          type: 'parallel',
          states: {
            left: { initial: 'one', states: { one: { entry: emit({ type: 'notif.one' }) } } },
            right: { initial: 'two', states: { two: {} } },
          },
        },
      },
    }),
    onOrchestrationState: {
      '#both.#right.two': say('cmd.two'),
      through: say('cmd.through'),
      both: say('cmd.both'),
      '#both.left': say('cmd.left'),
      '#both.#left.one': say('cmd.one'),
      '#both.right': say('cmd.right'),
    },
  });
  await w.runner.handle([event('p', 'start', {}), event('p', 'go', {})]);
  expect(w.types()).toEqual([
    'notif.going',
    'notif.through',
    'cmd.through',
    'cmd.both',
    'cmd.left',
    'notif.one',
    'cmd.one',
    'cmd.right',
    'cmd.two',
  ]);
});

test('a mapping sees the context as it was on entry, after the entry actions', async () => {
  const w = world({
    machine: setup({ types: { context: {} as { n: number } } }).createMachine({
      context: { n: 0 },
      initial: 'a',
      states: {
        a: { entry: assign({ n: 1 }), always: 'b' },
        b: { entry: assign({ n: 2 }) },
      },
    }),
    onOrchestrationState: {
      a: (_id, state, { context }) => ({ type: 'cmd.a', data: [state, context.n] }),
      b: (_id, state, { context }) => ({ type: 'cmd.b', data: [state, context.n] }),
    },
  });
  await w.runner.handle([event('p', 'start', {})]);
  expect(w.publisher.published.map(({ data }) => data)).toEqual([
    ['a', 1],
    ['b', 2],
  ]);
});

test('events of child machines come out too', async () => {
  const child = setup({}).createMachine({ entry: emit({ type: 'notif.child', data: 1 } as never) });
  const w = world({
    machine: setup({ actors: { child } }).createMachine({ invoke: { src: 'child', id: 'kid' } }),
  });
  await w.runner.handle([event('p', 'start', {})]);
  expect(w.publisher.published).toMatchObject([
    { type: 'notif.child', id: 'p/1', subject: 'p', source: '/orch/fx', data: 1 },
  ]);
});

test('a mapping may set subject and source, but never the id', async () => {
  const w = world({
    machine: setup({}).createMachine({ initial: 'a', states: { a: {} } }),
    onOrchestrationState: {
      a: () => ({ type: 'cmd.a', id: 'mine', source: '/own', subject: 'other', traceparent: '00-1' }),
    },
  });
  await w.runner.handle([event('p', 'start', {})]);
  expect(w.publisher.published).toMatchObject([
    { id: 'p/1', source: '/own', subject: 'other', traceparent: '00-1' },
  ]);
});

test.each([
  ['a payload beside data', { type: 'notif.x', bookId: 'opticks' }, 'XORCA_MACHINE', 'bookId'],
  [
    'a date in its data',
    { type: 'notif.x', data: { at: new Date(0) } },
    'XORCA_MACHINE',
    'data.at is a Date',
  ],
  [
    'more than the bus takes',
    { type: 'notif.x', data: 'é'.repeat(600) },
    'XORCA_EVENT_TOO_LARGE',
    '1000 bytes',
  ],
])('an effect with %s fails its step before the save', async (_name, emitted, code, words) => {
  const w = world(
    {
      machine: setup({}).createMachine({
        initial: 'a',
        states: { a: { on: { go: 'b' } }, b: { entry: emit(emitted as never) } },
      }),
    },
    1000,
  );
  const outcomes = await w.runner.handle([event('p', 'start', {}), event('p', 'go', {})]);
  expect(outcomes.map(({ status }) => status)).toEqual(['applied', 'failed']);
  expect(outcomes[1]?.error?.code).toBe(code);
  expect(outcomes[1]?.error?.message).toContain(words);
  expect(await w.runner.get('p')).toMatchObject({ value: 'a', problem: { code } });
  expect(w.types()).toEqual([]);
});

test('a transform makes the machine event, and may not speak for the machine library', async () => {
  const machine = setup({ types: { context: {} as { got: unknown } } }).createMachine({
    context: { got: null },
    on: { FETCHED: { actions: assign({ got: ({ event }) => event['pages'] }) } },
  });
  const w = world({
    machine,
    onCloudEvent: {
      'evt.books.fetch.success': ({ data }) => ({ type: 'FETCHED', pages: data.pages }),
      evil: () => ({ type: 'xstate.stop' }),
    },
  });
  const outcomes = await w.runner.handle([
    event('p', 'start', {}),
    event('p', 'evt.books.fetch.success', { pages: 3 }),
    event('p', 'evil', {}),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['applied', 'applied', 'failed']);
  expect(await w.runner.get('p')).toMatchObject({ context: { got: 3 } });
});

test('what is sent again goes in the order in which it was decided, whatever order the repetitions come in', async () => {
  const sent: string[] = [];
  let isAway = true;
  const publisher = {
    async publish(events: readonly CloudEvent[]) {
      if (isAway) throw new Error('away');
      sent.push(...events.map(({ id }) => id));
    },
  };
  const machine = setup({}).createMachine({
    on: { 'evt.a': { actions: emit({ type: 'notif.a' }) } },
  });
  const orchestrator = createOrchestrator({ name: 'o', machines: { '1': machine }, startOn: 'evt.begin' });
  const runner = createRunner(orchestrator, { store: memoryStore(), publisher });
  const came = (type: string, id: string) => ({ specversion: '1.0', source: '/t', subject: 'p', type, id });
  const batch = [came('evt.a', '1'), came('evt.a', '2'), came('evt.a', '3')];
  await runner.handle([came('evt.begin', '0'), ...batch]);
  isAway = false;
  await runner.handle([...batch].reverse());
  expect(sent).toEqual(['p/1', 'p/2', 'p/3']);
});
