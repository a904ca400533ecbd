import { expect, test } from 'vitest';
import { assign, createActor, emit, fromTransition, setup } from 'xstate';
import {
  createCloudEvent,
  createCloudOrchestrationActor,
  memoryLock,
  memoryPublisher,
  memoryStore,
  orchestrateCloudEvents,
  PersistableActor,
  withPersistableActor,
} from '../src/index.ts';
import { event, literatureMachine, literatureMappings, walk } from './support/literature-machine.ts';

const counter = fromTransition(
  (state: { n: number }, add: { type: 'add' }) => (add.type === 'add' ? { n: state.n + 1 } : state),
  { n: 0 },
);
const counterOf = (storage = memoryStore(), more = {}) => ({
  id: 'c1',
  storage,
  actorCreator: (id: string, snapshot: unknown) => createActor(counter, { id, snapshot: snapshot as never }),
  ...more,
});

test('any actor logic keeps its state from one function to the next', async () => {
  const storage = memoryStore();
  for (let i = 1; i <= 3; i++) {
    const actor = new PersistableActor(counterOf(storage));
    await actor.init();
    actor.start();
    actor.send({ type: 'add' });
    await actor.save();
    await actor.close();
    expect(actor.getSnapshot()).toMatchObject({ context: { n: i } });
  }
});

test('a lost update is impossible without a lock', async () => {
  const storage = memoryStore();
  await withPersistableActor(counterOf(storage), (actor) => void actor.start());
  const [a, b] = [new PersistableActor(counterOf(storage)), new PersistableActor(counterOf(storage))];
  await Promise.all([a.init(), b.init()]);
  for (const actor of [a, b]) actor.start().send({ type: 'add' });
  await a.save();
  await expect(b.save()).rejects.toMatchObject({ code: 'XORCA_CONFLICT' });
  await a.save();
});

test('read-write locking keeps others out from init to close', async () => {
  const lock = memoryLock();
  const input = { lock, locking: 'read-write' as const, acquireLockMaxTimeout: 0 };
  const storage = memoryStore();
  const first = new PersistableActor(counterOf(storage, input));
  await first.init();
  const second = new PersistableActor(counterOf(storage, input));
  await expect(second.init()).rejects.toMatchObject({ code: 'XORCA_LOCK_TIMEOUT' });
  await first.close();
  await second.init();
  await second.close();
});

test.each(['write', 'read-write'] as const)(
  '%s locking gives the lock back on every path',
  async (locking) => {
    const lock = memoryLock();
    const storage = memoryStore();
    const free = async () => (await lock.acquire('c1', { ttlMs: 1000, timeoutMs: 0 })).release();
    const input = (more = {}) => counterOf(storage, { lock, locking, ...more });
    const creatorThrows = () => {
      throw new Error('creator');
    };
    await expect(withPersistableActor(input({ actorCreator: creatorThrows }), () => {})).rejects.toThrow(
      'creator',
    );
    await free();
    const callbackThrows = () => Promise.reject(new Error('callback'));
    await expect(withPersistableActor(input(), callbackThrows)).rejects.toThrow('callback');
    await free();
    const saveFails = { ...storage, save: () => Promise.reject(new Error('disk')) };
    await expect(
      withPersistableActor(input({ storage: saveFails }), (actor) => void actor.start()),
    ).rejects.toThrow('disk');
    await free();
    const corrupt = { ...storage, load: async () => ({ revision: 1, record: { id: 'c1', body: '?' } }) };
    await expect(withPersistableActor(input({ storage: corrupt }), () => {})).rejects.toMatchObject({
      code: 'XORCA_CORRUPT_RECORD',
    });
    await free();
    expect(await storage.load('c1')).toBeUndefined();
  },
);

test('delays survive in absolute time and are delivered by the next start', async () => {
  let now = 0;
  const machine = setup({}).createMachine({ initial: 'a', states: { a: { after: { 60000: 'b' } }, b: {} } });
  const storage = memoryStore();
  const input = {
    id: 't',
    storage,
    clock: { now: () => now },
    actorCreator: (id: string, snapshot: unknown) =>
      createActor(machine, { id, snapshot: snapshot as never }),
  };
  await withPersistableActor(input, (_actor, persistable) => void persistable.start());
  expect(await storage.due(60_000, 10)).toEqual(['t']);
  now = 59_999;
  expect(
    await withPersistableActor(input, (_a, persistable) => persistable.start().getSnapshot().value),
  ).toBe('a');
  now = 60_000;
  expect(
    await withPersistableActor(input, (_a, persistable) => persistable.start().getSnapshot().value),
  ).toBe('b');
  expect(await storage.due(1e12, 10)).toEqual([]);
});

test('the snapshot of a failed actor is never saved', async () => {
  const machine = setup({ types: { context: {} as { n: number } } }).createMachine({
    context: { n: 0 },
    on: {
      add: { actions: assign({ n: ({ context }) => context.n + 1 }) },
      fail: {
        actions: () => {
          throw new Error('no');
        },
      },
    },
  });
  const storage = memoryStore();
  const input = {
    id: 'f',
    storage,
    actorCreator: (id: string, snapshot: unknown) =>
      createActor(machine, { id, snapshot: snapshot as never }),
  };
  await withPersistableActor(input, (actor) => void actor.start().send({ type: 'add' }));
  const bad = withPersistableActor(input, (actor) => {
    actor.subscribe({ error: () => {} });
    actor.start().send({ type: 'fail' });
  });
  await expect(bad).rejects.toMatchObject({ code: 'XORCA_MACHINE' });
  expect(await withPersistableActor(input, (actor) => actor.start().getSnapshot().context)).toEqual({ n: 1 });
});

test('the orchestration actor maps events in and states out, and goes on from a snapshot', () => {
  const options = {
    id: 'b1',
    version: '0.0.1',
    middleware: {
      cloudevent: {
        'books.evt.fetch.success': ({ data }: { data?: { bookData: string[] } }) => ({
          type: 'evt.books.fetch.success',
          data: { pages: data?.bookData },
        }),
      },
      orchestration: {
        FetchData: (id: string, _state: string, { context }: { context: { bookId: string } }) =>
          createCloudEvent({
            type: 'books.com.fetch',
            subject: id,
            source: '/test/orchestrator',
            data: { bookId: context.bookId },
          }),
        Summarise: (id: string, state: string) => ({
          type: 'books.com.summarise',
          subject: id,
          data: { state },
        }),
      },
    },
  };
  const first = createCloudOrchestrationActor(literatureMachine, {
    ...options,
    input: { bookId: 'opticks' },
  } as never);
  first.start();
  expect(first.eventsToEmit).toMatchObject([
    { type: 'books.com.fetch', subject: 'b1', source: '/test/orchestrator', data: { bookId: 'opticks' } },
  ]);
  const second = createCloudOrchestrationActor(literatureMachine, {
    ...options,
    snapshot: first.getPersistedSnapshot(),
  } as never);
  second.start();
  expect(second.eventsToEmit).toEqual([]);
  second.cloudevent(
    createCloudEvent({
      type: 'books.evt.fetch.success',
      subject: 'b1',
      source: '/fleet',
      data: { bookData: ['a'] },
    }),
  );
  expect(second.eventsToEmit).toMatchObject([{ type: 'books.com.summarise', data: { state: 'Summarise' } }]);
  expect(second.getSnapshot().value).toBe('Summarise');
  expect(() =>
    createCloudOrchestrationActor(literatureMachine, {
      id: 'x',
      middleware: { orchestration: { FetchDate: () => undefined } },
    }),
  ).toThrow('Did you mean "FetchData"?');
});

const seedInput = (storage = memoryStore()) => ({
  statemachine: { version: '0.0.1', logic: literatureMachine },
  storage,
  onOrchestrationState: literatureMappings,
});

test('the seed style walks the golden walk', async () => {
  const input = seedInput();
  const steps = walk('b1').slice(1);
  const unknown = await orchestrateCloudEvents(input, [steps[0]]);
  expect(unknown).toMatchObject({ eventsToEmit: [], errors: [], outcomes: [{ status: 'unknown-process' }] });
  const begun = await orchestrateCloudEvents(input, [], [{ subject: 'b1', context: { bookId: 'opticks' } }]);
  expect(begun.eventsToEmit).toMatchObject([{ id: 'b1/1', type: 'cmd.books.fetch' }]);
  expect(begun.processIdContext).toMatchObject({ b1: { bookId: 'opticks' } });
  await begun.confirm();
  const again = await orchestrateCloudEvents(input, [], [{ subject: 'b1', context: { bookId: 'other' } }]);
  expect(again.eventsToEmit).toEqual([]);
  const types: string[][] = [];
  for (const step of steps) {
    const { eventsToEmit, confirm } = await orchestrateCloudEvents(input, [step]);
    types.push(eventsToEmit.map(({ type }) => type));
    const repeated = await orchestrateCloudEvents(input, [step]);
    expect(repeated.eventsToEmit).toEqual(eventsToEmit);
    await confirm();
    expect((await orchestrateCloudEvents(input, [step])).eventsToEmit).toEqual([]);
  }
  expect(types).toEqual([
    ['cmd.gpt.summary'],
    ['cmd.regulations.grounded', 'cmd.regulations.compliant'],
    [],
    ['notif.summary.done'],
  ]);
});

test('in the seed style a bad event or version spoils no other, and errors say what failed', async () => {
  const storage = memoryStore();
  const old = { ...seedInput(storage), statemachine: { version: '0.0.0', logic: literatureMachine } };
  await orchestrateCloudEvents(old, [], [{ subject: 'old', context: { bookId: 'x' } }]);
  const input = seedInput(storage);
  const { errors, outcomes } = await orchestrateCloudEvents(
    input,
    [
      { nonsense: true },
      event('old', 'evt.books.fetch.success', { pages: [] }),
      event('b2', 'evt.books.fetch.success', { pages: [] }),
    ],
    [
      { subject: '', context: {} },
      { subject: 'b2', context: { bookId: 'y' } },
      { subject: 'b3', context: {}, version: '7' },
    ],
  );
  expect(outcomes.map(({ status }) => status)).toEqual([
    'rejected',
    'applied',
    'failed',
    'rejected',
    'failed',
    'applied',
  ]);
  expect(errors.map(({ error }) => error.code)).toEqual([
    'XORCA_INVALID_EVENT',
    'XORCA_UNKNOWN_VERSION',
    'XORCA_INVALID_EVENT',
    'XORCA_UNKNOWN_VERSION',
  ]);
});

test('a caller that never confirms does not make the record grow for ever', async () => {
  const machine = setup({}).createMachine({
    initial: 'a',
    states: { a: { on: { go: { target: 'a', reenter: true } } } },
  });
  const storage = memoryStore();
  const input = {
    statemachine: { version: '1', logic: machine },
    storage,
    onOrchestrationState: { a: () => ({ type: 'cmd.a' }) },
  };
  await orchestrateCloudEvents(input, [], [{ subject: 'p' }]);
  for (let i = 0; i < 120; i++) await orchestrateCloudEvents(input, [event('p', 'go', {}, `go${i}`)]);
  const body = JSON.parse((await storage.load('p'))?.record.body ?? '');
  expect(body.outbox).toHaveLength(50);
});

test('what a process sent can be confirmed after the process was deleted', async () => {
  const storage = memoryStore();
  const { confirm } = await orchestrateCloudEvents(
    seedInput(storage),
    [],
    ['gone', 'there'].map((subject) => ({ subject, context: { bookId: 'x' } })),
  );
  await storage.delete?.('gone');
  await confirm();
  expect(JSON.parse((await storage.load('there'))?.record.body ?? '').outbox).toEqual([]);
});

test('with a publisher the seed style publishes and confirms by itself, and locking really locks', async () => {
  const publisher = memoryPublisher();
  const lock = memoryLock();
  const storage = memoryStore();
  const input = {
    ...seedInput(storage),
    publisher,
    lock,
    locking: 'write' as const,
    acquireLockMaxTimeout: 0,
  };
  await orchestrateCloudEvents(input, [], [{ subject: 'b1', context: { bookId: 'x' } }]);
  expect(publisher.published.map(({ type }) => type)).toEqual(['cmd.books.fetch']);
  const lease = await lock.acquire('b1', { ttlMs: 10_000, timeoutMs: 0 });
  const { errors } = await orchestrateCloudEvents(input, [walk('b1')[1]]);
  expect(errors).toMatchObject([{ error: { code: 'XORCA_LOCK_TIMEOUT' } }]);
  await lease.release();
  expect((await orchestrateCloudEvents(input, [walk('b1')[1]])).outcomes[0]?.status).toBe('applied');
  await expect(orchestrateCloudEvents({ ...seedInput(), locking: 'write' })).rejects.toMatchObject({
    code: 'XORCA_CONFIG',
  });
});

test('an orchestration actor inside a persistable one keeps its state and emits each event once', async () => {
  const storage = memoryStore();
  const input = {
    id: 'b1',
    storage,
    actorCreator: (id: string, snapshot: unknown) =>
      createCloudOrchestrationActor(literatureMachine, {
        id,
        snapshot: snapshot as never,
        input: { bookId: 'opticks' },
        middleware: { orchestration: literatureMappings },
      }),
  };
  const emitted: string[][] = [];
  for (const step of [undefined, ...walk('b1').slice(1)]) {
    await withPersistableActor(input, (actor) => {
      actor.start();
      if (step) actor.cloudevent(step);
      emitted.push(actor.eventsToEmit.map(({ type }) => type));
    });
  }
  expect(emitted).toEqual([
    ['cmd.books.fetch'],
    ['cmd.gpt.summary'],
    ['cmd.regulations.grounded', 'cmd.regulations.compliant'],
    [],
    ['notif.summary.done'],
  ]);
  expect((await storage.load('b1'))?.record.status).toBe('done');
});

test('in the seed style what an overdue timer emits goes out with the next event', async () => {
  const machine = setup({ types: { emitted: {} as { type: 'notif.late' } } }).createMachine({
    initial: 'A',
    states: {
      A: { after: { 1000: { target: 'B', actions: emit({ type: 'notif.late' }) } } },
      B: { on: { 'evt.read': { actions: () => {} } } },
    },
  });
  let now = 1_800_000_000_000;
  const input = {
    statemachine: { version: '1', logic: machine },
    storage: memoryStore(),
    clock: { now: () => now },
  };
  await orchestrateCloudEvents(input, [], [{ subject: 'p' }]);
  now += 2_000;
  const { eventsToEmit, confirm } = await orchestrateCloudEvents(input, [event('p', 'evt.read', {})]);
  expect(eventsToEmit).toMatchObject([{ type: 'notif.late', id: 'p/1' }]);
  await confirm();
  expect(JSON.parse((await input.storage.load('p'))?.record.body ?? '')).toMatchObject({ outbox: [] });
});
