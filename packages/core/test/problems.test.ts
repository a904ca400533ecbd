import { expect, test } from 'vitest';
import { assign, emit, setup } from 'xstate';
import {
  type CloudEvent,
  createOrchestrator,
  type OrchestratorOptions,
  type ProcessDetails,
  PublishError,
} from '../src/index.ts';
import { world } from './support/world.ts';

/** A machine that fails while it is told to. */
function fragile() {
  const mood = { fails: true };
  const breaks = () => {
    if (mood.fails) throw new Error('down');
  };
  const machine = setup({
    types: { context: {} as { taken: number } },
    actions: { breaks, take: assign({ taken: ({ context }) => context.taken + 1 }) },
  }).createMachine({
    context: { taken: 0 },
    initial: 'First',
    states: {
      First: { on: { 'evt.next': 'Second', 'evt.risk': { actions: 'breaks' } } },
      Second: {
        on: {
          'evt.early': { actions: ['breaks', 'take', emit({ type: 'notif.taken' })] },
          'evt.other': { actions: 'breaks' },
          'evt.look': { actions: emit({ type: 'notif.looked' }) },
          'evt.end': 'Last',
        },
      },
      Last: { type: 'final' },
    },
  });
  return { mood, machine };
}

const opened = (more: Partial<OrchestratorOptions> = {}) => {
  const { mood, machine } = fragile();
  const orchestrator = createOrchestrator({
    name: 'o',
    machines: { '1.0.0': machine },
    startOn: 'evt.begin',
    buffer: { 'evt.early': '7d' },
    ...more,
  });
  return { ...world(orchestrator), mood };
};
const told = ({ problem, stuck, status }: Partial<ProcessDetails> = {}) => [
  problem?.event?.type,
  stuck,
  status,
];

test('an event that failed and is not wanted any more when it comes again is no problem any more', async () => {
  const w = opened();
  await w.send('evt.begin');
  expect((await w.send('evt.risk', { id: 'r' })).status).toBe('failed');
  expect(told(await w.runner.get('p'))).toEqual(['evt.risk', true, 'active']);
  await w.send('evt.next');
  expect((await w.send('evt.risk', { id: 'r' })).status).toBe('unhandled');
  expect(told(await w.runner.get('p'))).toEqual([undefined, false, 'active']);
});

test('a process that is done has no problem that nobody could mend', async () => {
  const w = opened();
  await w.send('evt.begin');
  await w.send('evt.risk', { id: 'r' });
  await w.send('evt.next');
  await w.send('evt.end');
  expect(told(await w.runner.get('p'))).toEqual([undefined, false, 'done']);
});

test('an early event that fails once its state has come is tried again by wakes, ever more rarely, and never dropped', async () => {
  const w = opened();
  await w.send('evt.begin');
  expect((await w.send('evt.early')).status).toBe('buffered');
  await w.send('evt.next');
  expect(told(await w.runner.get('p'))).toEqual(['evt.early', true, 'active']);
  await w.pass(999);
  expect(await w.runner.get('p')).toMatchObject({ problem: { times: 1 } });
  await w.pass(1);
  expect(await w.runner.get('p')).toMatchObject({ problem: { times: 2 } });
  await w.pass(1_999);
  expect(await w.runner.get('p')).toMatchObject({ problem: { times: 2 } });
  await w.pass(30 * 86_400_000);
  expect(await w.runner.get('p')).toMatchObject({ problem: { times: 3 }, buffered: [{}] });
  w.mood.fails = false;
  await w.pass(3_600_000);
  expect(await w.runner.get('p')).toMatchObject({ context: { taken: 1 }, buffered: [], stuck: false });
  expect(w.sent.map(({ type }) => type)).toEqual(['notif.taken']);
});

test('an event that was refused by one call and sent by another at the same time is no problem any more', async () => {
  const sent: CloudEvent[] = [];
  const calls: Array<() => void> = [];
  const publisher = {
    published: [],
    async publish(events: readonly CloudEvent[]) {
      const isFirst = calls.length === 0;
      await new Promise<void>((resolve) => calls.push(resolve));
      if (isFirst) {
        throw new PublishError(events.map(({ id }) => ({ id, reason: 'forbidden', retryable: false })));
      }
      sent.push(...events);
    },
  };
  const { machine } = fragile();
  const orchestrator = createOrchestrator({
    name: 'o',
    machines: { '1.0.0': machine },
    startOn: 'evt.begin',
    onOrchestrationState: { First: () => ({ type: 'notif.first' }) },
  });
  const w = world(orchestrator, {}, { publisher });
  const underWay = () => new Promise((resolve) => setImmediate(resolve));
  const first = w.send('evt.begin', { id: 'b' });
  await underWay();
  const second = w.send('evt.begin', { id: 'b' });
  await underWay();
  calls[0]?.();
  await first;
  expect(told(await w.runner.get('p'))).toEqual(['notif.first', true, 'active']);
  calls[1]?.();
  await second;
  expect(sent.map(({ id }) => id)).toEqual(['p/1']);
  expect(told(await w.runner.get('p'))).toEqual([undefined, false, 'active']);
});

test('an early event that failed is tried again though another problem has taken the place of its own', async () => {
  const w = opened();
  await w.send('evt.begin');
  await w.send('evt.early');
  await w.send('evt.next');
  expect((await w.send('evt.other', { id: 'r' })).status).toBe('failed');
  expect(told(await w.runner.get('p'))).toEqual(['evt.other', true, 'active']);
  w.mood.fails = false;
  await w.pass(30 * 86_400_000);
  expect(await w.runner.get('p')).toMatchObject({ context: { taken: 1 }, buffered: [] });
});

test('an early event that failed is not tried with every event that comes, only after its pause', async () => {
  const w = opened();
  await w.send('evt.begin');
  await w.send('evt.early');
  await w.send('evt.next');
  for (let n = 0; n < 3; n++) expect((await w.send('evt.look')).status).toBe('applied');
  expect(await w.runner.get('p')).toMatchObject({ problem: { times: 1 } });
  await w.pass(1_000);
  expect(await w.runner.get('p')).toMatchObject({ problem: { times: 2 } });
});

/** Two early events, each taken in the second state by an action that may fail. */
function twoEarly() {
  const fails = new Set(['a', 'b']);
  const breaks = (name: string) => () => {
    if (fails.has(name)) throw new Error(`${name} is down`);
  };
  const machine = setup({ actions: { a: breaks('a'), b: breaks('b') } }).createMachine({
    initial: 'First',
    states: {
      First: { on: { 'evt.next': 'Second' } },
      Second: {
        on: {
          'evt.a': { actions: ['a', emit({ type: 'notif.a' })] },
          'evt.b': { actions: ['b', emit({ type: 'notif.b' })] },
          'evt.out': 'Third',
        },
      },
      Third: {},
    },
  });
  const options = (version: string) => ({
    name: 'o',
    machines: { [version]: machine },
    startOn: 'evt.begin',
    buffer: { 'evt.a': '7d', 'evt.b': '7d' } as const,
  });
  return {
    fails,
    w: world(createOrchestrator(options('1.0.0'))),
    other: createOrchestrator(options('2.0.0')),
  };
}

test('one early event that always fails keeps neither another nor the events that come from being taken', async () => {
  const { fails, w } = twoEarly();
  await w.send('evt.begin');
  await w.send('evt.a');
  await w.send('evt.b');
  await w.send('evt.next');
  fails.delete('b');
  await w.pass(1_000);
  expect(w.sent.map(({ type }) => type)).toEqual(['notif.b']);
  expect(await w.runner.get('p')).toMatchObject({ buffered: [{ event: { type: 'evt.a' } }], stuck: true });
  // Due again, and failing again, it does not hold up who leads out of the state.
  const { wakeAt } = (await w.runner.get('p')) as ProcessDetails;
  expect(wakeAt).toBeGreaterThan(w.clock.now());
  expect((await w.send('evt.out')).status).toBe('applied');
  expect(await w.runner.get('p')).toMatchObject({ value: 'Third' });
  await w.pass(3_600_000);
  expect(await w.runner.get('p')).toMatchObject({ stuck: false, buffered: [{}] });
  await w.pass(7 * 86_400_000);
  expect(await w.runner.get('p')).toMatchObject({ buffered: [], wakeAt: null });
});

test('a wake that can try nothing again moves the next one away: no process is woken without end', async () => {
  const { w, other } = twoEarly();
  await w.send('evt.begin');
  await w.send('evt.a');
  await w.send('evt.b');
  await w.send('evt.next');
  // The version is gone, so that its machine cannot even be asked.
  const gone = w.deploy(other);
  for (let wakes = 0; wakes < 6; wakes++) {
    await gone.pass(3_600_000);
    const { wakeAt, problem } = (await gone.runner.get('p')) as ProcessDetails;
    expect(wakeAt).toBeGreaterThan(gone.clock.now());
    expect(problem?.code).toBe('XORCA_UNKNOWN_VERSION');
  }
});

test('an event that failed, comes again too early and is dropped in the end leaves no problem', async () => {
  const machine = setup({
    actions: {
      fails: () => {
        throw new Error('down');
      },
    },
  }).createMachine({
    initial: 'First',
    states: { First: { on: { 'evt.e': { actions: 'fails' }, 'evt.next': 'Second' } }, Second: {} },
  });
  const orchestrator = createOrchestrator({
    name: 'o',
    machines: { '1.0.0': machine },
    startOn: 'evt.begin',
    buffer: { 'evt.e': '1d' },
  });
  const w = world(orchestrator, { report: () => {} });
  await w.send('evt.begin');
  await w.send('evt.e', { id: 'e' });
  await w.send('evt.next');
  expect((await w.send('evt.e', { id: 'e' })).status).toBe('buffered');
  expect(told(await w.runner.get('p'))).toEqual([undefined, false, 'active']);
  await w.pass(8 * 86_400_000);
  expect(told(await w.runner.get('p'))).toEqual([undefined, false, 'active']);
});

test('an early event that the old version did not take is taken by the new one with the migration', async () => {
  const states = { Waiting: {} };
  const machines = {
    '1.0.0': setup({}).createMachine({ id: 'm', initial: 'Waiting', states, on: { 'evt.other': {} } }),
    '2.0.0': setup({}).createMachine({
      id: 'm',
      initial: 'Waiting',
      states: { Waiting: { on: { 'evt.e': 'Taken' } }, Taken: {} },
    }),
  };
  const options = { name: 'o', startOn: 'evt.begin', buffer: { 'evt.e': '7d' } } as const;
  const w = world(createOrchestrator({ ...options, machines: { '1.0.0': machines['1.0.0'] } }));
  await w.send('evt.begin');
  await w.send('evt.e');
  const next = w.deploy(
    createOrchestrator({ ...options, machines, migrations: { '1.0.0': { to: '2.0.0' } } }),
  );
  expect(await next.runner.migrate('p', '2.0.0')).toMatchObject({ value: 'Taken', buffered: [] });
});
