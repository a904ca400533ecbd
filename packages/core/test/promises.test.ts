import { expect, test, vi } from 'vitest';
import { assign, fromCallback, fromObservable, fromPromise, setup } from 'xstate';
import { createOrchestrator } from '../src/index.ts';
import { world } from './support/world.ts';

const looking = (look: (input: { signal: AbortSignal }) => Promise<string>) =>
  createOrchestrator({
    name: 'looking',
    machines: {
      '1.0.0': setup({
        types: { context: {} as { found: string }, emitted: {} as { type: 'notif.found'; data: unknown } },
        actors: { look: fromPromise<string>(look) },
      }).createMachine({
        context: { found: '' },
        initial: 'Looking',
        states: {
          Looking: {
            invoke: {
              src: 'look',
              onDone: { target: 'Found', actions: assign({ found: ({ event }) => event.output }) },
            },
            on: { 'evt.enough': 'Enough' },
          },
          Found: { type: 'final' },
          Enough: { on: { x: 'Found' } },
        },
      }),
    },
  });

test('a promise runs within the invocation, and is saved once it has settled', async () => {
  const w = world(looking(async () => 'a page'));
  expect(await w.runner.start({ id: 'p' })).toMatchObject({ status: 'applied' });
  expect(await w.runner.get('p')).toMatchObject({
    status: 'done',
    context: { found: 'a page' },
    revision: 1,
  });
});

test('a promise over its budget is told to stop, and runs again with a later wake', async () => {
  let calls = 0;
  let aborted = 0;
  const orchestrator = looking(({ signal }) => {
    calls++;
    signal.addEventListener('abort', () => aborted++);
    return calls < 3 ? new Promise(() => {}) : Promise.resolve('late');
  });
  const w = world(orchestrator, { promiseBudget: 100, resendAfter: '1m' });
  await w.runner.start({ id: 'p' });
  expect(await w.runner.get('p')).toMatchObject({ value: 'Looking', wakeAt: w.clock.now() + 60_000 });
  expect([calls, aborted]).toEqual([1, 1]);
  await w.pass(59_999);
  expect(calls).toBe(1);
  await w.pass(1);
  expect([calls, aborted]).toEqual([2, 2]);
  await w.pass(60_000);
  expect(await w.runner.get('p')).toMatchObject({ status: 'done', context: { found: 'late' }, wakeAt: null });
});

test('a crash before the save runs the promise again, and its result is taken once', async () => {
  let calls = 0;
  const w = world(looking(async () => `call ${++calls}`));
  const { store } = w;
  const save = store.save.bind(store);
  let crash = true;
  store.save = async (...args) => {
    if (crash) throw new Error('killed');
    return save(...args);
  };
  expect(await w.runner.start({ id: 'p' })).toMatchObject({ status: 'failed' });
  crash = false;
  await w.runner.start({ id: 'p' });
  expect(await w.runner.get('p')).toMatchObject({ status: 'done', context: { found: 'call 2' } });
});

test('a promise that fails leaves the process where it is, as a problem, and is tried again', async () => {
  let broken = true;
  let calls = 0;
  const w = world(
    looking(async () => {
      calls++;
      if (broken) throw new Error('no light');
      return 'light';
    }),
  );
  expect(await w.runner.start({ id: 'p' })).toMatchObject({ status: 'applied' });
  expect(await w.runner.get('p')).toMatchObject({
    value: 'Looking',
    problem: { message: expect.stringContaining('no light') },
  });
  expect(calls).toBe(1);
  await w.pass(1_000);
  expect(calls).toBe(2);
  broken = false;
  await w.pass(2_000);
  expect(calls).toBe(3);
  expect(await w.runner.get('p')).toMatchObject({ status: 'done', context: { found: 'light' } });
  expect((await w.runner.get('p'))?.problem).toBeUndefined();
});

test('an event that leaves the state stops the promise, and its result never comes', async () => {
  let resolve: (value: string) => void = () => {};
  const w = world(
    looking(
      () =>
        new Promise((done) => {
          resolve = done;
        }),
    ),
    { promiseBudget: 1 },
  );
  await w.runner.start({ id: 'p' });
  await w.send('evt.enough');
  resolve('too late');
  await w.pass(3_600_000);
  expect(await w.runner.get('p')).toMatchObject({ value: 'Enough', context: { found: '' }, wakeAt: null });
});

test('callbacks and observables are refused, with what to use instead', () => {
  const made = (actor: never) => () =>
    createOrchestrator({
      name: 'x',
      machines: {
        '1.0.0': setup({ actors: { actor } }).createMachine({ invoke: { src: 'actor' } } as never) as never,
      },
    });
  for (const logic of [
    fromCallback(() => {}),
    fromObservable(() => ({ subscribe: () => ({ unsubscribe() {} }) })),
  ]) {
    expect(made(logic as never)).toThrow(/fromCommand.*after.*evt.*fromPromise/s);
  }
});

test('a timer that fails in a machine with promises keeps nobody waiting for promises that are not under way', async () => {
  const machine = setup({
    actors: { look: fromPromise(async () => 'seen') },
    actions: {
      fails: () => {
        throw new Error('down');
      },
    },
  }).createMachine({
    initial: 'Looking',
    states: {
      Looking: { invoke: { src: 'look', onDone: 'Resting' } },
      Resting: { after: { 1000: { target: 'Over', actions: 'fails' } } },
      Over: {},
    },
  });
  const w = world(createOrchestrator({ name: 'o', machines: { '1': machine }, startOn: 'evt.begin' }));
  await w.send('evt.begin');
  expect(await w.runner.get('p')).toMatchObject({ value: 'Resting' });
  // Were it waited for, the budget would never be over: time stands still.
  vi.useFakeTimers();
  try {
    await w.pass(1_000);
  } finally {
    vi.useRealTimers();
  }
  expect(await w.runner.get('p')).toMatchObject({ value: 'Resting', problem: { times: 1 } });
});
