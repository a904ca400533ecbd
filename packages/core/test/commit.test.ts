import { afterEach, expect, test, vi } from 'vitest';
import { setup } from 'xstate';
import { conflict } from '../src/errors.ts';
import {
  createOrchestrator,
  createRunner,
  type LockOptions,
  memoryLock,
  memoryPublisher,
  memoryStore,
  type Platform,
  type ProcessStore,
  type RunnerOptions,
  XorcaError,
} from '../src/index.ts';
import { event } from './support/literature-machine.ts';

afterEach(() => void vi.useRealTimers());

const START = 1_800_000_000_000;

const orchestrator = createOrchestrator({
  name: 'commit',
  machines: {
    '1': setup({}).createMachine({
      initial: 'on',
      states: {
        on: {
          after: { 1000: 'off' },
          on: {
            'evt.stay': {},
            'evt.again': { target: 'on', reenter: true },
            'evt.rest': 'rest',
            'evt.slow': 'slow',
          },
        },
        slow: { after: { 3600000: 'off' }, on: { 'evt.stay': {} } },
        rest: { on: { 'evt.end': 'off', 'evt.stay': { actions: () => {} } } },
        off: { type: 'final' },
      },
    }),
  },
  startOn: 'evt.begin',
  onOrchestrationState: {
    off: () => ({ type: 'notif.off' }),
    rest: () => ({ type: 'notif.rest' }),
    slow: () => ({ type: 'notif.slow' }),
  },
});

function setUp(platform: Partial<Platform> = {}, options: RunnerOptions = {}) {
  const inner = memoryStore();
  const time = { now: START };
  const reports: XorcaError[] = [];
  const calls: string[] = [];
  const faults: (XorcaError | Error | undefined)[] = [];
  const store: ProcessStore = {
    ...inner,
    async load(id) {
      calls.push('load');
      return inner.load(id);
    },
    async save(...args) {
      calls.push('save');
      const fault = faults.shift();
      if (fault) throw fault;
      return inner.save(...args);
    },
  };
  const publisher = memoryPublisher();
  const make = (more: Partial<Platform> = {}, moreOptions: RunnerOptions = {}) =>
    createRunner(
      orchestrator,
      { store, publisher, clock: { now: () => time.now }, ...platform, ...more },
      { random: () => 0, report: (error) => void reports.push(error), ...options, ...moreOptions },
    );
  let count = 0;
  const send = async (runner: ReturnType<typeof make>, type: string, deadlineAt?: number) =>
    (
      await runner.handle(
        [event('p', type, {}, `in-${++count}`)],
        deadlineAt === undefined ? {} : { deadlineAt },
      )
    )[0];
  return { inner, time, reports, calls, faults, publisher, make, send };
}

const late = () => conflict('p', 1);

test('a scheduler is asked for each new time to wake, and for no other', async () => {
  const asked: number[] = [];
  const scheduler = { wake: async (_id: string, at: number) => void asked.push(at - START) };
  const { make, send, time } = setUp({ scheduler });
  const runner = make();
  await send(runner, 'evt.begin');
  expect(asked).toEqual([1_000]);
  time.now += 10;
  // The time stays what it was.
  await send(runner, 'evt.stay');
  expect(asked).toEqual([1_000]);
  await send(runner, 'evt.again');
  expect(asked).toEqual([1_000, 1_010]);
  // Its effect was sent and confirmed, so it waits for nothing.
  await send(runner, 'evt.rest');
  await send(runner, 'evt.end');
  expect(asked).toHaveLength(2);
});

test.each(['eager', 'lazy'] as const)(
  'a scheduler is asked for the timer of a process that also sent something, not for its confirmation (%s)',
  async (settle) => {
    const asked: number[] = [];
    const scheduler = { wake: async (_id: string, at: number) => void asked.push(at - START) };
    const { make, send } = setUp({ scheduler }, { settle });
    const runner = make();
    await send(runner, 'evt.begin');
    // `slow` sends, and waits for longer than a confirmation takes.
    await send(runner, 'evt.slow');
    expect(asked).toEqual([1_000, 3_600_000]);
    await send(runner, 'evt.stay');
    expect(asked).toHaveLength(2);
  },
);

test('a scheduler is asked to send again what the bus did not take', async () => {
  const asked: number[] = [];
  const scheduler = { wake: async (_id: string, at: number) => void asked.push(at - START) };
  const publisher: Platform['publisher'] = {
    async publish() {
      throw new Error('the bus is away');
    },
  };
  const { make, send } = setUp({ scheduler, publisher });
  const runner = make();
  await send(runner, 'evt.begin');
  await send(runner, 'evt.slow');
  expect(asked).toEqual([1_000, 60_000]);
});

test('a scheduler that failed is asked for the same moment again', async () => {
  let isAway = true;
  const asked: number[] = [];
  const scheduler = {
    async wake(_id: string, at: number) {
      if (isAway) throw new Error('the scheduler is away');
      asked.push(at - START);
    },
  };
  const { make, send, reports } = setUp({ scheduler }, { settle: 'lazy' });
  const runner = make();
  await send(runner, 'evt.begin');
  await send(runner, 'evt.slow');
  expect(reports).toHaveLength(2);
  isAway = false;
  await send(runner, 'evt.stay');
  expect(asked).toEqual([3_600_000]);
});

test('a scheduler is not asked for a process that waits for nothing any more', async () => {
  const asked: (number | null)[] = [];
  const { make, send } = setUp({
    scheduler: { wake: async (_id: string, at: number) => void asked.push(at) },
  });
  const runner = make();
  await send(runner, 'evt.begin');
  expect(await runner.cancel('p')).toMatchObject({ status: 'cancelled', wakeAt: null });
  expect(asked).toEqual([START + 1_000]);
});

test('a platform of a store and a publisher alone is enough: nothing is missed, and nothing reported', async () => {
  const { make, send, reports } = setUp();
  const runner = make();
  for (const type of ['evt.begin', 'evt.stay', 'evt.rest', 'evt.end']) {
    expect(await send(runner, type)).toMatchObject({ status: 'applied' });
  }
  expect(reports).toEqual([]);
});

test('a save without a step adds nothing to a journal', async () => {
  let isAway = true;
  const publisher: Platform['publisher'] = {
    async publish() {
      if (isAway) throw new Error('the bus is away');
    },
  };
  const appended: number[] = [];
  const journal: Platform['journal'] = {
    append: async (_id, entries) => void appended.push(entries.length),
    async *read() {},
    async *processes() {},
  };
  const { make, send, time, calls } = setUp({ publisher, journal });
  const runner = make();
  for (const type of ['evt.begin', 'evt.rest']) await send(runner, type);
  expect(appended).toEqual([1, 1]);
  isAway = false;
  time.now += 60_000;
  calls.length = 0;
  expect(await runner.wake()).toMatchObject({ resent: 1 });
  expect(calls).toContain('save');
  expect(appended).toEqual([1, 1]);
});

test('a scheduler that fails is reported and spoils nothing', async () => {
  const reason = new Error('no such queue');
  const { make, send, reports } = setUp({ scheduler: { wake: () => Promise.reject(reason) } });
  expect(await send(make(), 'evt.begin')).toMatchObject({ status: 'applied' });
  expect(reports).toMatchObject([{ code: 'XORCA_UNAVAILABLE', processId: 'p', cause: reason }]);
  expect(reports[0]?.message).toContain('its scheduler failed for process "p"');
});

test('a conflict is tried again up to the limit, anything that no repetition helps is not', async () => {
  const { make, send, calls, faults } = setUp({}, { maxTries: 3 });
  faults.push(late(), late());
  expect(await send(make(), 'evt.begin')).toMatchObject({ status: 'applied' });
  expect(calls).toEqual(['load', 'save', 'load', 'save', 'load', 'save']);
  calls.length = 0;
  faults.push(late(), late(), late());
  expect(await send(make(), 'evt.stay')).toMatchObject({
    status: 'failed',
    error: { code: 'XORCA_CONFLICT' },
  });
  expect(calls).toEqual(['load', 'save', 'load', 'save', 'load', 'save']);
  for (const fault of [
    new XorcaError('XORCA_STATE_TOO_LARGE', 'x'),
    Object.assign(new Error('x'), { retryable: true }),
  ]) {
    calls.length = 0;
    faults.push(fault);
    expect((await send(make(), 'evt.stay'))?.status).toBe('failed');
    expect(calls).toEqual(['load', 'save']);
  }
});

test('no try begins that would end after the deadline', async () => {
  const { make, send, calls, faults, time } = setUp({}, { random: () => 0.5 });
  const runner = make();
  await send(runner, 'evt.begin');
  calls.length = 0;
  // The pause would be 5 ms: half of the first base.
  faults.push(late());
  expect(await send(runner, 'evt.stay', time.now + 5)).toMatchObject({ error: { code: 'XORCA_CONFLICT' } });
  expect(calls).toEqual(['load', 'save']);
  calls.length = 0;
  faults.push(late());
  expect(await send(runner, 'evt.stay', time.now + 6)).toMatchObject({ status: 'applied' });
  expect(calls).toEqual(['load', 'save', 'load', 'save']);
});

test('who loses a race waits for a moment, as long as chance has it, before the next try', async () => {
  vi.useFakeTimers();
  const { make, send, calls, faults } = setUp({}, { random: () => 0.5 });
  faults.push(late());
  const sent = send(make(), 'evt.begin');
  await vi.advanceTimersByTimeAsync(0);
  expect(calls).toEqual(['load', 'save']);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(calls).toEqual(['load', 'save', 'load', 'save']);
  expect(await sent).toMatchObject({ status: 'applied' });
});

test('a lock is waited for at most as long as there is time', async () => {
  const asked: LockOptions[] = [];
  const lock: Platform['lock'] = {
    async acquire(_id, options) {
      asked.push(options);
      return { fence: 1, renew: async () => {}, release: () => Promise.reject(new Error('gone')) };
    },
  };
  const { make, send, time, reports } = setUp({ lock });
  const runner = make();
  await send(runner, 'evt.begin');
  await send(runner, 'evt.stay', time.now + 400);
  expect(asked.map(({ timeoutMs }) => timeoutMs)).toEqual([10_000, 400]);
  // One that cannot be given back is reported, and runs out by itself.
  expect(reports.map(({ message }) => message)).toEqual([
    expect.stringContaining('its lock failed for process "p"'),
    expect.stringContaining('its lock failed for process "p"'),
  ]);
});

test('what was published but could not be noted is reported, and sent once more by a wake', async () => {
  const { make, send, faults, reports, publisher, time } = setUp();
  const runner = make({}, { warm: 5 });
  await send(runner, 'evt.begin');
  const reason = new Error('no connection');
  faults.push(undefined, reason);
  expect(await send(runner, 'evt.rest')).toMatchObject({ status: 'applied' });
  expect(reports).toMatchObject([{ code: 'XORCA_UNAVAILABLE', processId: 'p', cause: reason }]);
  expect(reports[0]?.message).toContain('could not note that its events were published: no connection');
  expect((await runner.get('p'))?.outbox.map(({ id }) => id)).toEqual(['p/1']);
  time.now += 60_000;
  expect(await runner.wake()).toMatchObject({ resent: 1 });
  expect(publisher.published.map(({ id }) => id)).toEqual(['p/1', 'p/1']);
  expect((await runner.get('p'))?.outbox).toEqual([]);
});

test('a runner without warmth loads for each event, one with it only for what it cannot save', async () => {
  const cold = setUp();
  const coldRunner = cold.make();
  for (const type of ['evt.begin', 'evt.stay', 'evt.stay']) await cold.send(coldRunner, type);
  expect(cold.calls).toEqual(['load', 'save', 'load', 'save', 'load', 'save']);
  const { make, send, calls, faults } = setUp();
  const runner = make({}, { warm: 1 });
  for (const type of ['evt.begin', 'evt.stay', 'evt.stay']) await send(runner, type);
  expect(calls).toEqual(['load', 'save', 'save', 'save']);
  calls.length = 0;
  expect((await send(runner, 'evt.end'))?.status).toBe('unhandled');
  expect(calls).toEqual(['load']);
  // What was once not sure is not remembered any more.
  calls.length = 0;
  await send(runner, 'evt.stay');
  expect(calls).toEqual(['load', 'save']);
  calls.length = 0;
  faults.push(late());
  await send(runner, 'evt.stay');
  expect(calls).toEqual(['save', 'load', 'save']);
});

test('a batch of which the remembered record takes only a part is planned on the stored one', async () => {
  const { make, inner, send, calls } = setUp();
  const runner = make({}, { warm: 1 });
  await send(runner, 'evt.begin');
  const other = make({ store: inner });
  await other.handle([event('p', 'evt.rest', {}, 'elsewhere')]);
  calls.length = 0;
  const outcomes = await runner.handle([
    event('p', 'evt.stay', {}, 'first'),
    event('p', 'evt.end', {}, 'second'),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['applied', 'applied']);
  expect(calls.slice(0, 2)).toEqual(['load', 'save']);
});

test('a lazy runner leaves what could not be sent to be sent again, and settles it at once', async () => {
  let isAway = false;
  const sent: string[] = [];
  const publisher: Platform['publisher'] = {
    async publish(events) {
      if (isAway) throw new Error('the bus is away');
      sent.push(...events.map(({ id }) => id));
    },
  };
  const { make, send, calls, time } = setUp({ publisher }, { settle: 'lazy' });
  const runner = make();
  await send(runner, 'evt.begin');
  calls.length = 0;
  isAway = true;
  expect((await send(runner, 'evt.rest'))?.status).toBe('failed');
  expect(calls).toEqual(['load', 'save', 'save']);
  isAway = false;
  time.now += 60_000;
  calls.length = 0;
  expect(await runner.wake()).toMatchObject({ resent: 1 });
  expect(calls).toEqual(['load', 'save']);
  expect(sent).toEqual(['p/1']);
  calls.length = 0;
  expect((await send(runner, 'evt.end'))?.status).toBe('applied');
  expect(calls).toEqual(['load', 'save']);
});

test('a conflict that shows what is stored spares a load, once, and only where the store itself said it', async () => {
  const { inner, calls, make, send, faults } = setUp();
  const runner = make();
  await send(runner, 'evt.begin');
  calls.length = 0;
  const stored = await inner.load('p');
  if (!stored) throw new Error('there is no process');
  // Of another store: its bodies may be others.
  faults.push(conflict('p', 1, { store: inner, stored }));
  await send(runner, 'evt.stay');
  expect(calls).toEqual(['load', 'save', 'load', 'save']);

  const telling: ProcessStore = {
    ...inner,
    async load(id) {
      calls.push('load');
      return inner.load(id);
    },
    async save(record, expected) {
      calls.push('save');
      const met = await inner.load(record.id);
      if (lost-- > 0 && met) throw conflict(record.id, expected, { store: telling, stored: met });
      return inner.save(record, expected);
    },
  };
  let lost = 1;
  const direct = make({ store: telling });
  calls.length = 0;
  expect(await send(direct, 'evt.again')).toMatchObject({ status: 'applied' });
  expect(calls).toEqual(['load', 'save', 'save']);
  lost = 2;
  calls.length = 0;
  expect(await send(direct, 'evt.again')).toMatchObject({ status: 'applied' });
  expect(calls).toEqual(['load', 'save', 'save', 'load', 'save']);
});

test('where a store forgets processes that have ended, one that begins anew repeats neither ids nor revisions', async () => {
  const inner = memoryStore();
  const { make, send, publisher, time } = setUp({ store: { ...inner, forgets: true } });
  const runner = make();
  const revisions: number[] = [];
  for (let life = 0; life < 2; life++) {
    await send(runner, 'evt.begin');
    await send(runner, 'evt.rest');
    await send(runner, 'evt.end');
    revisions.push((await inner.load('p'))?.record.revision ?? 0);
    await inner.delete?.('p');
    time.now += 86_400_000;
  }
  const ids = publisher.published.map(({ id }) => id);
  expect(ids).toHaveLength(4);
  expect(new Set(ids).size).toBe(4);
  expect(revisions[1]).toBeGreaterThan(revisions[0] ?? Number.POSITIVE_INFINITY);
});

test('a lock is renewed while a step takes its time, and given back after it', async () => {
  vi.useFakeTimers({ now: START });
  const lock = memoryLock();
  const renewals: number[] = [];
  const watched: Platform['lock'] = {
    async acquire(id, options) {
      const lease = await lock.acquire(id, options);
      return {
        ...lease,
        async renew() {
          renewals.push(Date.now() - START);
          await lease.renew();
        },
      };
    },
  };
  const inner = memoryStore();
  const store: ProcessStore = {
    ...inner,
    async load(id) {
      await new Promise((resolve) => setTimeout(resolve, 95_000));
      return inner.load(id);
    },
  };
  const { make, send } = setUp({ lock: watched, store, clock: Date });
  const sent = send(make(), 'evt.begin');
  await vi.advanceTimersByTimeAsync(95_000);
  expect(await sent).toMatchObject({ status: 'applied' });
  expect(renewals).toEqual([10_000, 20_000, 30_000, 40_000, 50_000, 60_000, 70_000, 80_000, 90_000]);
  await lock.acquire('p', { ttlMs: 1, timeoutMs: 0 });
  expect(vi.getTimerCount()).toBe(0);
});

test('whoever lost its lock saves nothing, and its event comes again', async () => {
  const lost = new XorcaError('XORCA_LOCK_LOST', 'lost', { processId: 'p', retryable: true });
  const lock: Platform['lock'] = {
    async acquire() {
      time.now += 25_000;
      return { fence: 1, renew: () => Promise.reject(lost), release: async () => {} };
    },
  };
  const inner = memoryStore();
  let slow = 0;
  const store: ProcessStore = {
    ...inner,
    async load(id) {
      time.now += slow;
      return inner.load(id);
    },
  };
  const { make, send, time } = setUp({ lock, store });
  const runner = make();
  expect(await send(runner, 'evt.begin')).toMatchObject({ status: 'applied' });
  const before = await inner.load('p');
  slow = 29_000;
  expect(await send(runner, 'evt.again')).toMatchObject({
    status: 'failed',
    error: { code: 'XORCA_LOCK_LOST' },
  });
  expect(await inner.load('p')).toEqual(before);
});
