import { expect, test } from 'vitest';
import { assign, emit, raise, sendParent, sendTo, setup } from 'xstate';
import { createOrchestrator, createRunner, memoryPublisher, memoryStore } from '../src/index.ts';
import { event } from './support/literature-machine.ts';

function world(machine: Parameters<typeof createOrchestrator>[0]['machines'][string], mappings = {}) {
  let now = 1_000_000;
  const store = memoryStore();
  const publisher = memoryPublisher();
  const orchestrator = createOrchestrator({
    name: 'timed',
    machines: { '1': machine },
    startOn: 'start',
    onOrchestrationState: mappings,
  });
  const runner = () => createRunner(orchestrator, { store, publisher, clock: { now: () => now } });
  return {
    runner,
    store,
    publisher,
    pass: (ms: number) => {
      now += ms;
    },
    start: () => runner().handle([event('p', 'start', {})]),
    value: async () => (await runner().get('p'))?.value,
    types: () => publisher.published.map(({ type }) => type),
    now: () => now,
  };
}

const DAY = 86_400_000;

test('a delay of days fires by a wake, once, at or after its time', async () => {
  const w = world(
    setup({ delays: { week: 7 * DAY } }).createMachine({
      initial: 'waiting',
      states: {
        waiting: { after: { week: 'late' } },
        late: { entry: emit({ type: 'notif.late' }), on: { x: 'waiting' } },
      },
    }),
  );
  await w.start();
  expect((await w.store.load('p'))?.record.wakeAt).toBe(w.now() + 7 * DAY);
  w.pass(7 * DAY - 1);
  expect(await w.runner().wake()).toMatchObject({ woken: 0 });
  expect(await w.value()).toBe('waiting');
  w.pass(1);
  expect(await w.runner().wake()).toMatchObject({ woken: 1 });
  expect(await w.value()).toBe('late');
  await w.runner().wake();
  expect(w.types()).toEqual(['notif.late']);
  expect((await w.store.load('p'))?.record.wakeAt).toBeNull();
});

test('a timer of a state that was left never fires, nor does the earlier arming of a state entered again', async () => {
  const w = world(
    setup({}).createMachine({
      initial: 'a',
      states: {
        a: { after: { 1000: 'timeout' }, on: { leave: 'b', again: { target: 'a', reenter: true } } },
        b: { on: { back: 'a' } },
        timeout: { entry: emit({ type: 'notif.timeout' }) },
      },
    }),
  );
  await w.start();
  w.pass(600);
  await w.runner().handle([event('p', 'again', {})]);
  w.pass(600);
  await w.runner().wake();
  expect(await w.value()).toBe('a');
  await w.runner().handle([event('p', 'leave', {})]);
  expect((await w.store.load('p'))?.record.wakeAt).toBeNull();
  w.pass(10_000);
  await w.runner().wake();
  expect([await w.value(), w.types()]).toEqual(['b', []]);
});

test('what was due before an event came has happened before it', async () => {
  const w = world(
    setup({}).createMachine({
      initial: 'open',
      states: { open: { after: { 1000: 'closed' }, on: { approve: 'approved' } }, closed: {}, approved: {} },
    }),
  );
  await w.start();
  w.pass(1001);
  const [outcome] = await w.runner().handle([event('p', 'approve', {})]);
  expect(outcome?.status).toBe('unhandled');
  expect(await w.value()).toBe('closed');
});

test('delays of child machines, delayed sends and dynamic delays survive the save', async () => {
  const child = setup({}).createMachine({
    initial: 'idle',
    states: {
      idle: { after: { 500: 'rung' } },
      rung: { entry: sendParent({ type: 'child.rang' }), type: 'final' },
    },
  });
  const w = world(
    setup({
      types: { context: {} as { rings: string[]; base: number } },
      actors: { child },
      delays: { soon: ({ context }) => context.base * 2 },
    }).createMachine({
      context: { rings: [], base: 100 },
      initial: 'on',
      states: {
        on: {
          invoke: { src: 'child', id: 'kid' },
          entry: [
            raise({ type: 'later' }, { delay: 'soon', id: 'l' }),
            sendTo(({ self }) => self, { type: 'anon' }, { delay: 300 }),
          ],
          on: {
            later: { actions: assign({ rings: ({ context }) => [...context.rings, 'later'] }) },
            anon: { actions: assign({ rings: ({ context }) => [...context.rings, 'anon'] }) },
            'child.rang': { actions: assign({ rings: ({ context }) => [...context.rings, 'child'] }) },
          },
        },
      },
    }),
  );
  await w.start();
  expect((await w.runner().get('p'))?.timers.map(({ at, actor }) => [at - w.now(), actor])).toEqual([
    [200, ''],
    [300, ''],
    [500, 'kid'],
  ]);
  for (let i = 0; i < 6; i++) {
    w.pass(100);
    await w.runner().wake();
  }
  expect(await w.runner().get('p')).toMatchObject({
    context: { rings: ['later', 'anon', 'child'] },
    timers: [],
  });
});

test('the timers of a child that was stopped are gone, and those of others stay', async () => {
  const nap = setup({}).createMachine({
    initial: 'asleep',
    states: { asleep: { after: { 500: 'awake' } }, awake: {} },
  });
  const w = world(
    setup({ actors: { nap } }).createMachine({
      initial: 'resting',
      after: { 9000: '.over' },
      states: { resting: { invoke: { src: 'nap', id: 'nap' }, on: { enough: 'up' } }, up: {}, over: {} },
    }),
  );
  await w.start();
  expect((await w.store.load('p'))?.record.wakeAt).toBe(w.now() + 500);
  await w.runner().handle([event('p', 'enough', {})]);
  expect((await w.store.load('p'))?.record.wakeAt).toBe(w.now() + 9_000);
  expect((await w.runner().get('p'))?.timers).toHaveLength(1);
});

test('a delay of nothing is over at once, and a loop of them cannot hold an invocation', async () => {
  const w = world(
    setup({ types: { context: {} as { n: number } } }).createMachine({
      context: { n: 0 },
      initial: 'a',
      states: {
        a: {
          entry: assign({ n: ({ context }) => context.n + 1 }),
          after: { 0: { target: 'a', reenter: true } },
        },
      },
    }),
  );
  expect((await w.start())[0]?.status).toBe('applied');
  const count = async () => ((await w.runner().get('p'))?.context as { n: number } | undefined)?.n ?? 0;
  const first = await count();
  expect(first).toBeGreaterThan(50);
  expect(first).toBeLessThan(200);
  await w.runner().wake();
  expect(await count()).toBeGreaterThan(first);
});

test('a timer whose action throws becomes a problem, is tried again later and later, and does not hide others', async () => {
  let broken = true;
  const w = world(
    setup({
      actions: {
        risky: () => {
          if (broken) throw new Error('no luck');
        },
      },
    }).createMachine({
      initial: 'a',
      states: {
        a: {
          after: { 1000: { target: 'b', actions: 'risky' } },
          on: { ping: { actions: emit({ type: 'notif.pong' }) } },
        },
        b: {},
      },
    }),
  );
  await w.start();
  w.pass(1000);
  await w.runner().wake();
  expect(await w.runner().get('p')).toMatchObject({
    value: 'a',
    problem: { kind: 'step', code: 'XORCA_MACHINE', times: 1 },
    wakeAt: w.now() + 1000,
  });
  w.pass(1000);
  await w.runner().wake();
  expect(await w.runner().get('p')).toMatchObject({ problem: { times: 2 }, wakeAt: w.now() + 2000 });
  expect((await w.runner().handle([event('p', 'ping', {})]))[0]?.status).toBe('applied');
  broken = false;
  w.pass(2000);
  await w.runner().wake();
  const after = await w.runner().get('p');
  expect(after?.value).toBe('b');
  expect(after?.problem).toBeUndefined();
});

test('a delay that is no number fails the step and leaves the process as it was', async () => {
  const w = world(
    setup({ delays: { odd: () => Number.NaN } }).createMachine({
      initial: 'a',
      states: { a: { on: { go: 'b' } }, b: { after: { odd: 'a' } } },
    }),
  );
  await w.start();
  expect((await w.runner().handle([event('p', 'go', {})]))[0]).toMatchObject({
    status: 'failed',
    error: { code: 'XORCA_MACHINE' },
  });
  expect(await w.value()).toBe('a');
});

test('a finished process waits for nothing', async () => {
  const w = world(
    setup({}).createMachine({
      initial: 'a',
      states: { a: { after: { 5000: 'b' }, on: { stop: 'end' } }, b: {}, end: { type: 'final' } },
      after: { 9000: '.b' },
    }),
  );
  await w.start();
  await w.runner().handle([event('p', 'stop', {})]);
  expect((await w.store.load('p'))?.record).toMatchObject({ status: 'done', wakeAt: null });
});
