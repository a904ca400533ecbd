import { afterEach, expect, test, vi } from 'vitest';
import { setup } from 'xstate';
import {
  createOrchestrator,
  createRunner,
  memoryPublisher,
  memoryStore,
  type Platform,
  type ProcessStore,
  type RunnerOptions,
} from '../src/index.ts';
import { event } from './support/literature-machine.ts';

afterEach(() => void vi.useRealTimers());

const START = 1_800_000_000_000;

const waiting = (name: string) =>
  createOrchestrator({
    name,
    machines: {
      '1': setup({}).createMachine({
        initial: 'on',
        states: { on: { after: { 1000: 'off' }, on: { 'evt.end': 'off' } }, off: { type: 'final' } },
      }),
    },
    startOn: 'evt.begin',
    onOrchestrationState: { off: () => ({ type: 'notif.off' }) },
  });

function setUp(platform: Partial<Platform> = {}, options: RunnerOptions = {}) {
  const inner = memoryStore();
  const time = { now: START };
  const loads: string[] = [];
  const store: ProcessStore = {
    ...inner,
    load(id) {
      loads.push(id);
      return inner.load(id);
    },
  };
  const publisher = memoryPublisher();
  const ports = { store, publisher, clock: { now: () => time.now }, ...platform };
  const make = (name = 'waiting', more: RunnerOptions = {}) =>
    createRunner(waiting(name), ports, { report: () => {}, ...options, ...more });
  return { inner, time, loads, publisher, make, runner: make() };
}

async function spoil(store: ProcessStore, id: string): Promise<void> {
  const stored = await store.load(id);
  if (!stored) throw new Error(`no process ${id}`);
  await store.save({ ...stored.record, body: 'no JSON' }, stored.revision);
}

test('a wake says how many it woke, and whether more than its limit may be due', async () => {
  const { runner, time, publisher } = setUp({}, { wakeLimit: 2 });
  for (const id of ['a', 'b', 'c']) await runner.start({ id });
  expect(await runner.wake()).toEqual({ woken: 0, resent: 0, failed: [], more: false });
  time.now += 1_000;
  expect(await runner.wake()).toEqual({ woken: 2, resent: 0, failed: [], more: true });
  expect(publisher.published).toHaveLength(2);
  expect(await runner.wake()).toEqual({ woken: 1, resent: 0, failed: [], more: false });
  expect(await runner.wake()).toEqual({ woken: 0, resent: 0, failed: [], more: false });
});

test('a wake counts what it sends again, and names what it could not send', async () => {
  let isAway = true;
  const sent: string[] = [];
  const publisher: Platform['publisher'] = {
    async publish(events) {
      if (isAway) throw new Error('the bus is away');
      sent.push(...events.map(({ id }) => id));
    },
  };
  const { runner, time } = setUp({ publisher });
  for (const id of ['a', 'b']) await runner.handle([event(id, 'evt.begin', {}), event(id, 'evt.end', {})]);
  expect(await runner.wake()).toMatchObject({ woken: 0, resent: 0 });
  time.now += 60_000;
  const failing = await runner.wake();
  expect(failing).toMatchObject({ woken: 2, resent: 2 });
  expect(failing.failed.map(({ id, error }) => `${id} ${error.code}`).sort()).toEqual([
    'a XORCA_PUBLISH',
    'b XORCA_PUBLISH',
  ]);
  isAway = false;
  time.now += 60_000;
  expect(await runner.wake()).toEqual({ woken: 2, resent: 2, failed: [], more: false });
  expect(sent.sort()).toEqual(['a/1', 'b/1']);
});

test('a process that cannot be read is named, rests for a minute, and does not keep others from being woken', async () => {
  const { runner, inner, time, loads } = setUp({}, { wakeLimit: 1 });
  await runner.start({ id: 'bad' });
  time.now += 1;
  await runner.start({ id: 'good' });
  await spoil(inner, 'bad');
  time.now += 1_000;
  const first = await runner.wake();
  expect(first).toMatchObject({ woken: 0, more: true });
  expect(first.failed.map(({ id, error }) => `${id} ${error.code}`)).toEqual(['bad XORCA_CORRUPT_RECORD']);
  loads.length = 0;
  expect(await runner.wake()).toMatchObject({ woken: 1, failed: [] });
  time.now += 59_999;
  expect(await runner.wake()).toMatchObject({ woken: 0, failed: [] });
  expect(loads).not.toContain('bad');
  time.now += 1;
  expect((await runner.wake()).failed).toHaveLength(1);
  expect(loads).toContain('bad');
});

test("another orchestrator's due process is left to it: no failure, and looked at once a minute", async () => {
  const { make, time, loads } = setUp();
  await make('other').start({ id: 'p' });
  time.now += 1_000;
  const runner = make('waiting');
  loads.length = 0;
  for (let n = 0; n < 3; n++) expect(await runner.wake()).toMatchObject({ woken: 0, failed: [] });
  expect(loads).toEqual(['p']);
  expect(await make('other').wake()).toMatchObject({ woken: 1 });
});

test('a process that the index names too early is woken when its time comes, without a rest', async () => {
  const inner = memoryStore();
  let isEarly = true;
  const store: ProcessStore = {
    ...inner,
    due: (...args) => (isEarly ? Promise.resolve(['p']) : inner.due(...args)),
  };
  const { runner, time } = setUp({ store });
  await runner.start({ id: 'p' });
  expect(await runner.wake()).toEqual({ woken: 0, resent: 0, failed: [], more: false });
  isEarly = false;
  time.now += 1_000;
  expect(await runner.wake()).toMatchObject({ woken: 1 });
});

test('a wake takes no more than its limit, though others rest', async () => {
  const { runner, inner, time } = setUp({}, { wakeLimit: 1 });
  await runner.start({ id: 'bad' });
  time.now += 1;
  for (const id of ['a', 'b']) await runner.start({ id });
  await spoil(inner, 'bad');
  time.now += 1_000;
  expect((await runner.wake()).failed).toHaveLength(1);
  await inner.delete?.('bad');
  for (const more of [true, true, false])
    expect(await runner.wake()).toMatchObject({ woken: more ? 1 : 0, more });
});

test('a wake stops at its deadline, and the next goes on', async () => {
  const { runner, time, loads } = setUp({}, { concurrency: 1 });
  for (const id of ['a', 'b']) await runner.start({ id });
  time.now += 1_000;
  loads.length = 0;
  expect(await runner.wake({ deadlineAt: time.now })).toMatchObject({ woken: 0, failed: [] });
  expect(loads).toEqual([]);
  expect(await runner.wake({ deadlineAt: time.now + 1 })).toMatchObject({ woken: 2 });
});

test('a journal is pruned once an hour, and one that fails is reported with its reason', async () => {
  const calls: number[] = [];
  const reports: string[] = [];
  const reason = new Error('the journal is away');
  const journal: Platform['journal'] = {
    append: async () => {},
    async *read() {},
    async *processes() {},
    async prune(now) {
      calls.push(now - START);
      throw reason;
    },
  };
  const report: NonNullable<RunnerOptions['report']> = ({ code, message, cause }) => {
    expect(cause).toBe(reason);
    reports.push(`${code} ${message}`);
  };
  const { runner, time } = setUp({ journal }, { report });
  for (const ms of [0, 3_599_999, 1, 1]) {
    time.now += ms;
    await runner.wake();
  }
  expect(calls).toEqual([0, 3_600_000]);
  expect(reports[0]).toMatch(/^XORCA_UNAVAILABLE The journal could not drop .*: the journal is away\./);
});

test('an id that is none is refused before any storage is asked', async () => {
  const { runner, loads } = setUp();
  const calls = [
    () => runner.get(''),
    () => runner.start({ id: '' }),
    () => runner.cancel('\ud800'),
    () => runner.redrive(''),
  ];
  for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'XORCA_INVALID_ID' });
  expect(loads).toEqual([]);
});

test("what is asked of another orchestrator's process, or of none, is refused and changes nothing", async () => {
  const { make, inner } = setUp();
  await make('other').start({ id: 'p' });
  const before = await inner.load('p');
  const runner = make('waiting');
  for (const id of ['p', 'nobody']) {
    for (const call of [
      () => runner.cancel(id),
      () => runner.redrive(id),
      () => runner.migrate(id, '1'),
      () => runner.migrate(id, '1', { dryRun: true }),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'XORCA_UNKNOWN_PROCESS', processId: id });
    }
    await expect(runner.migrate(id, '9')).rejects.toMatchObject({ code: 'XORCA_UNKNOWN_VERSION' });
  }
  expect(await runner.get('p')).toBeUndefined();
  expect(await inner.load('p')).toEqual(before);
});

test('a dry run of a migration to the version it has shows the process as it is', async () => {
  const { runner } = setUp();
  await runner.start({ id: 'p' });
  expect(await runner.migrate('p', '1', { dryRun: true })).toMatchObject({
    id: 'p',
    version: '1',
    value: 'on',
  });
});

test('a control that could not be saved is an error', async () => {
  const { runner, inner } = setUp();
  const broken = createRunner(waiting('waiting'), {
    store: { ...inner, save: () => Promise.reject(new Error('the disk is full')) },
    publisher: memoryPublisher(),
  });
  await runner.start({ id: 'r' });
  await expect(broken.cancel('r')).rejects.toMatchObject({ code: 'XORCA_UNAVAILABLE', processId: 'r' });
});

test.each([
  ['an event', (runner: ReturnType<typeof setUp>['runner']) => runner.handle([event('p', 'evt.end', {})])],
  ['a wake', (runner: ReturnType<typeof setUp>['runner']) => runner.wake()],
  ['a cancel', (runner: ReturnType<typeof setUp>['runner']) => runner.cancel('p')],
])('whoever waits for a process hears of %s at once, without looking again', async (_name, move) => {
  const { runner, time, loads } = setUp();
  await runner.start({ id: 'p' });
  // No timer fires from here on: looking again would never happen.
  vi.useFakeTimers();
  const waiting = runner.waitFor('p', ({ status }) => status !== 'active');
  time.now += 1_000;
  await move(runner);
  expect((await waiting).status).toMatch(/^(done|cancelled)$/);
  // And what moves nothing wakes nobody.
  await runner.start({ id: 'q' });
  const never = runner.waitFor('q', 'done').catch(() => undefined);
  await vi.advanceTimersByTimeAsync(0);
  loads.length = 0;
  await runner.handle([event('q', 'evt.stranger', {})]);
  await runner.wake();
  await vi.advanceTimersByTimeAsync(0);
  expect(loads).toEqual(['q']);
  await vi.advanceTimersByTimeAsync(30_000);
  await never;
});

test('a wake by name looks at the named processes alone, due or not, and asks no index', async () => {
  const loads: string[] = [];
  const kept = memoryStore();
  const { runner, time, publisher } = setUp({
    store: {
      ...kept,
      load(id) {
        loads.push(id);
        return kept.load(id);
      },
      async due() {
        throw new Error('nobody should ask');
      },
    },
  });
  for (const id of ['p', 'q']) await runner.handle([event(id, 'evt.begin', {})]);
  loads.length = 0;
  time.now += 999;
  expect(await runner.wake({ ids: ['p'] })).toEqual({ woken: 0, resent: 0, failed: [], more: false });
  time.now += 1;
  expect(await runner.wake({ ids: ['p', 'p', 'nobody'] })).toMatchObject({ woken: 1, failed: [] });
  expect(publisher.published.map(({ subject }) => subject)).toEqual(['p']);
  expect(loads).not.toContain('q');
});

test('a wake by name says which processes it had no time for, and which it could not name', async () => {
  const { runner, time } = setUp();
  await runner.handle([event('p', 'evt.begin', {})]);
  time.now += 1_000;
  const late = await runner.wake({ ids: ['p'], deadlineAt: time.now });
  expect(late).toMatchObject({
    woken: 0,
    failed: [{ id: 'p', error: { code: 'XORCA_DEADLINE', retryable: true } }],
  });
  const odd = await runner.wake({ ids: ['', 'p'] });
  expect(odd).toMatchObject({ woken: 1, failed: [{ id: '', error: { code: 'XORCA_INVALID_ID' } }] });
});
