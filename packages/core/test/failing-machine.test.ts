import { expect, test } from 'vitest';
import { assign, emit, setup } from 'xstate';
import {
  createOrchestrator,
  createRunner,
  memoryPublisher,
  memoryStore,
  PublishError,
} from '../src/index.ts';
import { event } from './support/literature-machine.ts';

let broken = true;
const machine = setup({
  types: { context: {} as { n: number } },
  guards: {
    risky: () => {
      if (broken) throw new Error('guard down');
      return true;
    },
  },
  actions: {
    explode: () => {
      if (broken) throw new Error('action down');
    },
  },
}).createMachine({
  context: { n: 0 },
  initial: 'a',
  states: {
    a: {
      on: {
        add: { actions: [assign({ n: ({ context }) => context.n + 1 }), emit({ type: 'notif.added' })] },
        guarded: { guard: 'risky', target: 'b' },
        act: { target: 'b', actions: [emit({ type: 'notif.half' }), 'explode'] },
        map: 'mapped',
        leave: 'b',
      },
    },
    b: {},
    mapped: {},
  },
});

function world() {
  broken = true;
  const store = memoryStore();
  const publisher = memoryPublisher();
  const orchestrator = createOrchestrator({
    name: 'failing',
    machines: { '1': machine },
    startOn: 'start',
    onOrchestrationState: {
      mapped: () => {
        if (broken) throw new Error('mapping down');
        return { type: 'cmd.mapped' };
      },
    },
  });
  return { store, publisher, runner: createRunner(orchestrator, { store, publisher }) };
}

test.each([
  ['guarded', 'guard down'],
  ['act', 'action down'],
  ['map', 'mapping down'],
])(
  'when %s throws, what came before is kept, what comes after waits, and mending it goes on',
  async (type, words) => {
    const { runner, publisher } = world();
    const bad = event('p', type, {});
    const batch = [
      event('p', 'start', {}),
      event('p', 'add', {}, 'add1'),
      bad,
      event('p', 'add', {}, 'add2'),
      event('q', 'start', {}),
    ];
    const outcomes = await runner.handle(batch);
    expect(outcomes.map(({ status, error }) => [status, error?.code])).toEqual([
      ['applied', undefined],
      ['applied', undefined],
      ['failed', 'XORCA_MACHINE'],
      ['failed', 'XORCA_ORDER'],
      ['applied', undefined],
    ]);
    expect(outcomes[2]?.error?.message).toContain(words);
    expect(await runner.get('p')).toMatchObject({
      value: 'a',
      context: { n: 1 },
      problem: { kind: 'step', event: { id: bad.id }, code: 'XORCA_MACHINE', times: 1 },
    });
    expect(publisher.published.map(({ id, type: sent }) => [id, sent])).toEqual([['p/1', 'notif.added']]);

    await runner.handle([bad]);
    expect((await runner.get('p'))?.problem).toMatchObject({ times: 2 });

    broken = false;
    const after = await runner.handle([bad]);
    expect(after[0]?.status).toBe('applied');
    expect((await runner.get('p'))?.problem).toBeUndefined();
  },
);

test('a machine that cannot even start leaves nothing behind', async () => {
  const store = memoryStore();
  const orchestrator = createOrchestrator({
    name: 'stillborn',
    machines: {
      '1': setup({}).createMachine({
        context: () => {
          throw new Error('no input');
        },
      }),
    },
    startOn: 'start',
  });
  const [outcome] = await createRunner(orchestrator, { store, publisher: memoryPublisher() }).handle([
    event('p', 'start', {}),
  ]);
  expect(outcome).toMatchObject({ status: 'failed', error: { code: 'XORCA_MACHINE' } });
  expect(await store.load('p')).toBeUndefined();
});

test('an event that failed and is not wanted any more when it comes again leaves no problem', async () => {
  const { runner } = world();
  const bad = event('p', 'act', {});
  await runner.handle([event('p', 'start', {}), bad]);
  expect(await runner.get('p')).toMatchObject({ stuck: true, problem: { event: { id: bad.id } } });
  await runner.handle([event('p', 'leave', {})]);
  expect(await runner.handle([bad])).toMatchObject([{ status: 'unhandled' }]);
  const mended = await runner.get('p');
  expect(mended).toMatchObject({ value: 'b', stuck: false });
  expect(mended).not.toHaveProperty('problem');
});

test('a loop without an end fails the step instead of hanging', async () => {
  const looping = setup({}).createMachine({
    initial: 'a',
    states: { a: { on: { go: 'b' } }, b: { always: 'c' }, c: { always: 'b' } },
  });
  const store = memoryStore();
  const runner = createRunner(
    createOrchestrator({ name: 'loop', machines: { '1': looping }, startOn: 'start' }),
    { store, publisher: memoryPublisher() },
  );
  const outcomes = await runner.handle([event('p', 'start', {}), event('p', 'go', {})]);
  expect(outcomes[1]).toMatchObject({ status: 'failed', error: { code: 'XORCA_MACHINE' } });
});

test('an event the bus refuses for good becomes a problem, not an endless resend', async () => {
  const { store } = world();
  const refusing = {
    publish: async (events: readonly { id: string }[]) => {
      throw new PublishError(
        events.map(({ id }) => ({ id, reason: 'type is not allowed', retryable: false })),
      );
    },
  };
  const orchestrator = createOrchestrator({ name: 'failing', machines: { '1': machine }, startOn: 'start' });
  const runner = createRunner(orchestrator, { store, publisher: refusing });
  const outcomes = await runner.handle([event('p', 'start', {}), event('p', 'add', {})]);
  expect(outcomes[1]).toMatchObject({ status: 'applied', reason: expect.stringContaining('refused') });
  expect(await runner.get('p')).toMatchObject({
    outbox: [{ type: 'notif.added' }],
    wakeAt: null,
    stuck: true,
    problem: { kind: 'effect', event: { type: 'notif.added' } },
  });
});

test.each([
  ['a Date', new Date(0), 'context.odd is a Date'],
  ['a Map', new Map(), 'context.odd is a Map'],
  ['undefined in a list', [undefined], 'context.odd[0] is undefined'],
  ['a bigint', 5n, 'context.odd is a bigint'],
  ['not a number', Number.NaN, 'context.odd is NaN'],
  ['a function', () => 1, 'context.odd is a function'],
])('%s in the context fails the step and says which path', async (_name, value, words) => {
  const odd = setup({ types: { context: {} as { odd: unknown } } }).createMachine({
    context: { odd: null },
    on: { go: { actions: assign({ odd: () => value }) } },
  });
  const store = memoryStore();
  const runner = createRunner(createOrchestrator({ name: 'odd', machines: { '1': odd }, startOn: 'start' }), {
    store,
    publisher: memoryPublisher(),
  });
  const outcomes = await runner.handle([event('p', 'start', {}), event('p', 'go', {})]);
  expect(outcomes.map(({ status }) => status)).toEqual(['applied', 'failed']);
  expect(outcomes.at(-1)?.error).toMatchObject({ code: 'XORCA_MACHINE' });
  expect(outcomes.at(-1)?.error?.message).toContain(words);
});

test('what an action changed in place before it threw is not saved with the problem', async () => {
  const careless = setup({
    types: { context: {} as { list: string[] } },
    actions: {
      change: ({ context }) => {
        context.list.push('half done');
      },
      fail: () => {
        throw new Error('no');
      },
    },
  }).createMachine({
    context: { list: [] },
    on: {
      go: { actions: ['change', 'fail'] },
      note: { actions: assign({ list: ({ context }) => [...context.list, 'noted'] }) },
    },
  });
  const store = memoryStore();
  const orchestrator = createOrchestrator({
    name: 'careless',
    machines: { '1': careless },
    startOn: 'start',
  });
  const runner = createRunner(orchestrator, { store, publisher: memoryPublisher() });
  await runner.handle([event('p', 'start', {})]);
  expect((await runner.handle([event('p', 'go', {})]))[0]?.status).toBe('failed');
  expect(await runner.get('p')).toMatchObject({ context: { list: [] }, problem: { times: 1 } });
  // Nor what was changed after a success in the same batch.
  const outcomes = await runner.handle([event('p', 'note', {}), event('p', 'go', {}, 'go#2')]);
  expect(outcomes.map(({ status }) => status)).toEqual(['applied', 'failed']);
  expect((await runner.get('p'))?.context).toEqual({ list: ['noted'] });
});

test('a machine that does not do again what it did ends the call, and of its batch nothing is kept by halves', async () => {
  // It takes `add` once, then its memory of it is led through anew after `bad` has failed, and that fails, too.
  let calls = 0;
  const moody = setup({
    types: { context: {} as { n: number } },
    actions: {
      add: assign({ n: ({ context }) => context.n + 1 }),
      moody: () => {
        if (calls++ > 0 && calls < 4) throw new Error('not again');
      },
    },
  }).createMachine({
    context: { n: 0 },
    initial: 'a',
    states: {
      a: { on: { 'evt.add': { target: 'b', actions: ['moody', 'add', emit({ type: 'notif.added' })] } } },
      b: { on: { 'evt.early': { actions: 'moody' } } },
    },
  });
  const store = memoryStore();
  const publisher = memoryPublisher();
  const orchestrator = createOrchestrator({
    name: 'moody',
    machines: { '1': moody },
    startOn: 'start',
    buffer: { 'evt.early': '1d' },
  });
  const runner = createRunner(orchestrator, { store, publisher });
  await runner.handle([event('p', 'start', {}), event('p', 'evt.early', {}, 'early')]);
  const before = await store.load('p');
  const [outcome] = await runner.handle([event('p', 'evt.add', {}, 'add')]);
  expect(outcome).toMatchObject({ status: 'failed', error: { retryable: true } });
  expect(await store.load('p')).toEqual(before);
  expect((await runner.handle([event('p', 'evt.add', {}, 'add')]))[0]?.status).toBe('applied');
  expect(await runner.get('p')).toMatchObject({ context: { n: 1 }, buffered: [] });
  expect(publisher.published.map(({ id }) => id)).toEqual(['p/1']);
});
