import { expect, test } from 'vitest';
import { and, createMachine, fromCallback, not, raise, setup, spawnChild } from 'xstate';
import {
  createOrchestrator,
  createRunner,
  isXorcaError,
  memoryPublisher,
  memoryStore,
} from '../src/index.ts';
import { event } from './support/literature-machine.ts';

const make =
  (machine: unknown, more = {}) =>
  () =>
    createOrchestrator({ name: 'checked', machines: { '1': machine as never }, startOn: 'start', ...more });

const wrong: Array<[string, unknown, string]> = [
  ['a machine that is none', { id: 'x' }, 'no xstate 5 machine'],
  ['an action without implementation', createMachine({ entry: 'notfy' }), '"notfy"'],
  [
    'a transition action without implementation',
    createMachine({ on: { x: { actions: { type: 'gone' } } } }),
    '"gone"',
  ],
  [
    'a guard without implementation',
    createMachine({ on: { x: { guard: 'isReady', actions: () => {} } } }),
    '"isReady"',
  ],
  [
    'a guard deep in another',
    createMachine({ on: { x: { guard: and([not('deep'), () => true]), actions: () => {} } } }),
    '"deep"',
  ],
  ['an actor without implementation', createMachine({ invoke: { src: 'fetcher' } }), '"fetcher"'],
  [
    'a spawned actor without implementation',
    createMachine({ entry: spawnChild('worker', { id: 'w' }) }),
    '"worker"',
  ],
  [
    'a misspelt delay',
    createMachine(
      { initial: 'a', states: { a: { after: { tiemout: 'a' } as never } } },
      { delays: { timeout: 1 } },
    ),
    'Did you mean "timeout"?',
  ],
  [
    'a misspelt delay of raise',
    createMachine({ entry: raise({ type: 'x' }, { delay: 'son' as never }) }, { delays: { soon: 1 } }),
    '"soon"',
  ],
  ['an inline callback actor', createMachine({ invoke: { src: fromCallback(() => {}) } }), 'fromCommand'],
  [
    'a callback actor in a child machine',
    setup({
      actors: { kid: setup({ actors: { p: fromCallback(() => {}) } }).createMachine({}) },
    }).createMachine({}),
    '"p"',
  ],
];

test.each(wrong)('%s is refused at registration', (_name, machine, words) => {
  let thrown: unknown;
  try {
    make(machine)();
  } catch (error) {
    thrown = error;
  }
  expect(isXorcaError(thrown, 'XORCA_CONFIG')).toBe(true);
  expect((thrown as Error).message).toContain(words);
});

const plain = createMachine({
  id: 'm',
  initial: 'FetchData',
  states: { FetchData: {}, Top: { initial: 'In', states: { In: {} } } },
});

test.each<[string, () => unknown, string]>([
  ['an unknown option', make(plain, { machine: plain }), 'Did you mean "machines"?'],
  [
    'a mapped state that no version has',
    make(plain, { onOrchestrationState: { '#Top.Inn': () => undefined } }),
    'Did you mean "#Top.In"?',
  ],
  ['a name that is none', make(plain, { name: 'a b' }), 'name'],
  ['no machine', () => createOrchestrator({ name: 'x', machines: {} }), 'at least one machine'],
  [
    'an unknown option of the runner',
    () =>
      createRunner(make(plain)(), { store: memoryStore(), publisher: memoryPublisher() }, {
        setle: 'lazy',
      } as never),
    'Did you mean "settle"?',
  ],
  ['a platform without a store', () => createRunner(make(plain)(), {} as never), 'store'],
  [
    'a span that is none',
    () =>
      createRunner(
        make(plain)(),
        { store: memoryStore(), publisher: memoryPublisher() },
        { resendAfter: '1 fortnight' as never },
      ),
    'resendAfter',
  ],
  [
    'a count that is none',
    () =>
      createRunner(make(plain)(), { store: memoryStore(), publisher: memoryPublisher() }, { concurrency: 0 }),
    'concurrency',
  ],
])('%s is refused with what to do', (_name, call, words) => {
  expect(call).toThrow(
    expect.objectContaining({ code: 'XORCA_CONFIG', message: expect.stringContaining(words) }),
  );
});

test('a child spawned without an id or from a logic object fails its step with what to do', async () => {
  const kid = createMachine({ id: 'kid' });
  const parent = setup({ actors: { kid } }).createMachine({
    on: {
      anonymous: { actions: spawnChild('kid') },
      inline: { actions: spawnChild(kid as never, { id: 'k' } as never) },
    },
  });
  const runner = createRunner(make(parent)(), { store: memoryStore(), publisher: memoryPublisher() });
  await runner.start({ id: 'p' });
  const [anonymous] = await runner.handle([event('p', 'anonymous', {})]);
  expect(anonymous).toMatchObject({ status: 'failed', error: { code: 'XORCA_MACHINE' } });
  expect(anonymous?.error?.message).toContain('without an id');
  const [inline] = await runner.handle([event('p', 'inline', {})]);
  expect(inline?.error?.message).toContain('setup({ actors })');
});

test('finished children leave the record, unless the context still points to them', async () => {
  const kid = createMachine({ id: 'kid', initial: 'a', states: { a: { type: 'final' } } });
  const parent = setup({ actors: { kid } }).createMachine({
    context: { n: 0 },
    on: {
      more: {
        actions: spawnChild('kid', {
          id: ({ event: { id } }: { event: { id?: string } }) => id ?? 'k',
        } as never),
      },
    },
  });
  const store = memoryStore();
  const runner = createRunner(
    make(parent, { onCloudEvent: { more: ({ id }: { id: string }) => ({ type: 'more', id }) } })(),
    { store, publisher: memoryPublisher() },
  );
  await runner.start({ id: 'p' });
  for (let i = 0; i < 20; i++) await runner.handle([event('p', 'more', {}, `more${i}`)]);
  const body = JSON.parse((await store.load('p'))?.record.body ?? '');
  expect(Object.keys(body.snapshot.children)).toEqual([]);
});
