import { expect, test } from 'vitest';
import { assign, setup } from 'xstate';
import {
  type CommandOptions,
  createOrchestrator,
  failureOf,
  fromCommand,
  type OrchestratorOptions,
} from '../../src/index.ts';
import { fetchBook } from '../support/contracts.ts';
import { nth, type World, world } from '../support/world.ts';

const SECOND = 1_000;
const DAY = 86_400_000;

const reading = (options: CommandOptions<{ reason: string }>, more: Partial<OrchestratorOptions> = {}) =>
  createOrchestrator({
    name: 'reading',
    machines: {
      '1.0.0': setup({
        types: { context: {} as { failure: unknown } },
        actors: { fetchBook: fromCommand(fetchBook, options) },
      }).createMachine({
        context: { failure: null },
        initial: 'Fetching',
        states: {
          Fetching: {
            invoke: {
              src: 'fetchBook',
              input: { bookId: 'opticks' },
              onDone: 'Done',
              onError: {
                target: 'Failed',
                actions: assign({ failure: ({ event }) => failureOf(fetchBook, event) }),
              },
            },
            on: { 'evt.left': 'Left' },
          },
          Left: { on: { 'evt.never': 'Done' } },
          Done: { type: 'final' },
          Failed: { type: 'final' },
        },
      }),
    },
    ...more,
  });
const attempts = ({ sent }: World) =>
  sent.filter(({ type }) => type === 'cmd.books.fetch').map(({ id }) => id);

test('an attempt that nobody answers is given up at its timeout, once, by a wake', async () => {
  const w = world(reading({ timeout: '30s' }));
  await w.runner.start({ id: 'p' });
  await w.pass(30 * SECOND - 1);
  expect(await w.runner.get('p')).toMatchObject({ value: 'Fetching' });
  await w.pass(1);
  expect(await w.runner.get('p')).toMatchObject({
    value: 'Failed',
    context: { failure: { kind: 'timeout', command: 'cmd.books.fetch', attempts: 1 } },
    wakeAt: null,
  });
});

test('attempts follow each other with a doubling pause, each under an id of its own', async () => {
  const w = world(reading({ timeout: '10s', retry: { attempts: 3, backoff: '1s', jitter: false } }));
  await w.runner.start({ id: 'p' });
  await w.pass(10 * SECOND);
  expect(attempts(w)).toEqual(['p/1']);
  expect((await w.runner.get('p'))?.commands).toMatchObject([{ attempt: 1, resting: true }]);
  await w.pass(1 * SECOND);
  expect(attempts(w)).toEqual(['p/1', 'p/2']);
  await w.pass(10 * SECOND);
  await w.pass(2 * SECOND - 1);
  expect(attempts(w)).toEqual(['p/1', 'p/2']);
  await w.pass(1);
  expect(attempts(w)).toEqual(['p/1', 'p/2', 'p/3']);
  await w.pass(10 * SECOND);
  expect(await w.runner.get('p')).toMatchObject({ value: 'Failed', context: { failure: { attempts: 3 } } });
});

test('the pause has a longest, and jitter shortens it by at most half, the same way each time it is computed', async () => {
  const due = async (jitter: boolean) => {
    const w = world(
      reading({ timeout: '1s', retry: { attempts: 9, backoff: '4s', maxBackoff: '5s', jitter } }),
    );
    await w.runner.start({ id: 'p' });
    const pauses: number[] = [];
    for (let n = 0; n < 6; n++) {
      await w.pass(1 * SECOND);
      const [command] = (await w.runner.get('p'))?.commands ?? [];
      pauses.push((command?.dueAt ?? 0) - w.clock.now());
      await w.pass(pauses.at(-1) ?? 0);
    }
    return pauses;
  };
  expect(await due(false)).toEqual([4, 5, 5, 5, 5, 5].map((s) => s * SECOND));
  const jittered = await due(true);
  expect(jittered).toEqual(await due(true));
  expect(jittered.every((ms, at) => ms <= (at ? 5 : 4) * SECOND && ms >= (at ? 2.5 : 2) * SECOND)).toBe(true);
  expect(new Set(jittered).size).toBeGreaterThan(1);
});

test('an answer to any attempt answers the command, also while it pauses', async () => {
  const w = world(reading({ timeout: '10s', retry: { attempts: 3, backoff: '5s' } }));
  await w.runner.start({ id: 'p' });
  const first = w.last('cmd.books.fetch');
  await w.pass(10 * SECOND);
  expect(await w.answer(first, { pages: [] })).toMatchObject({ status: 'applied' });
  expect(await w.runner.get('p')).toMatchObject({ status: 'done', wakeAt: null });
  await w.pass(60 * SECOND);
  expect(attempts(w)).toEqual(['p/1']);
});

test('an error answer is tried again too, unless it is not worth it', async () => {
  const w = world(
    reading({
      retry: { attempts: 5, backoff: '1s', jitter: false, when: ({ data }) => data?.reason === 'busy' },
    }),
  );
  await w.runner.start({ id: 'p' });
  await w.fail(w.last('cmd.books.fetch'), { reason: 'busy' });
  await w.pass(1 * SECOND);
  expect(attempts(w)).toEqual(['p/1', 'p/2']);
  await w.fail(w.last('cmd.books.fetch'), { reason: 'burnt' });
  expect(await w.runner.get('p')).toMatchObject({
    value: 'Failed',
    context: { failure: { data: { reason: 'burnt' } } },
  });
});

test('the timeout and the pause of a command that was left never come', async () => {
  const w = world(reading({ timeout: '10s', retry: { attempts: 3 } }));
  await w.runner.start({ id: 'p' });
  await w.send('evt.left');
  expect(await w.runner.get('p')).toMatchObject({ wakeAt: null, commands: [] });
  await w.pass(DAY);
  expect(attempts(w)).toEqual(['p/1']);
});

test('a step that fails when its time comes is tried again, and the attempt is sent once', async () => {
  let broken = true;
  const w = world(
    reading({
      timeout: '10s',
      retry: {
        attempts: 2,
        backoff: '1s',
        jitter: false,
        when: () => {
          if (broken) throw new Error('a bug');
          return true;
        },
      },
    }),
  );
  await w.runner.start({ id: 'p' });
  await w.pass(10 * SECOND);
  expect(await w.runner.get('p')).toMatchObject({ value: 'Fetching', problem: { code: 'XORCA_MACHINE' } });
  broken = false;
  await w.pass(2 * SECOND);
  await w.pass(2 * SECOND);
  expect(attempts(w)).toEqual(['p/1', 'p/2']);
  expect((await w.runner.get('p'))?.problem).toBeUndefined();
});

test('a process that misses its deadline ends in an error, calls off what it waits for, and a redrive gives it another', async () => {
  const w = world(reading({}, { deadline: '2d' }));
  await w.runner.start({ id: 'p' });
  expect(await w.runner.get('p')).toMatchObject({
    deadlineAt: w.clock.now() + 2 * DAY,
    wakeAt: w.clock.now() + 2 * DAY,
  });
  await w.pass(2 * DAY);
  expect(await w.runner.get('p')).toMatchObject({
    status: 'error',
    failure: { code: 'XORCA_DEADLINE_PASSED' },
  });
  expect(w.last('cmd.books.fetch.cancel')).toMatchObject({ causationid: 'p/1' });
  expect(await w.answer(nth(w.sent, 0), { pages: [] })).toMatchObject({ status: 'unhandled' });
  expect(await w.runner.redrive('p')).toMatchObject({
    status: 'active',
    deadlineAt: w.clock.now() + 2 * DAY,
  });
  // p/2 called the first one off.
  expect(w.last('cmd.books.fetch').id).toBe('p/3');
  await w.answer(w.last('cmd.books.fetch'), { pages: [] });
  expect(await w.runner.get('p')).toMatchObject({ status: 'done', wakeAt: null });
});

test('a late error of an attempt that was given up does not count against the one under way', async () => {
  const w = world(reading({ timeout: '10s', retry: { attempts: 2, backoff: '5s', jitter: false } }));
  await w.runner.start({ id: 'p' });
  const first = w.last('cmd.books.fetch');
  await w.pass(10 * SECOND);
  const dueAt = (await w.runner.get('p'))?.commands[0]?.dueAt;
  expect(await w.fail(first, { reason: 'late' })).toMatchObject({ status: 'unhandled' });
  expect((await w.runner.get('p'))?.commands[0]?.dueAt).toBe(dueAt);
  await w.pass(5 * SECOND);
  expect(await w.fail(first, { reason: 'late' })).toMatchObject({
    status: 'unhandled',
    reason: expect.stringContaining('given up'),
  });
  await w.answer(w.last('cmd.books.fetch'), { pages: [] });
  expect(await w.runner.get('p')).toMatchObject({ value: 'Done' });
});

test('a command that is given up is called off where that is asked for, once no attempt is left', async () => {
  const w = world(
    reading({ timeout: '10s', retry: { attempts: 2, backoff: '1s', jitter: false }, cancel: true }),
  );
  await w.runner.start({ id: 'p' });
  await w.pass(10 * SECOND);
  await w.pass(1 * SECOND);
  await w.pass(10 * SECOND);
  expect(w.sent.map(({ type, causationid }) => `${type} ${causationid ?? ''}`)).toEqual([
    'cmd.books.fetch ',
    'cmd.books.fetch ',
    'cmd.books.fetch.cancel p/2',
  ]);
});

test('all attempts of a command share one name, and no other command has it', async () => {
  const w = world(reading({ timeout: '10s', retry: { attempts: 3, backoff: '1s', jitter: false } }));
  await w.runner.start({ id: 'p' });
  await w.pass(10 * SECOND);
  await w.pass(1 * SECOND);
  expect(w.sent.map(({ id, commandid }) => [id, commandid])).toEqual([
    ['p/1', 'p/1'],
    ['p/2', 'p/1'],
  ]);
});

test('a timer whose step fails keeps nobody from the deadline', async () => {
  const machine = setup({}).createMachine({
    initial: 'A',
    states: {
      A: {
        after: {
          1000: {
            target: 'B',
            actions: () => {
              throw new Error('a bug');
            },
          },
        },
        on: { 'evt.out': 'B' },
      },
      B: { on: { 'evt.back': 'A' } },
    },
  });
  const failing = createOrchestrator({ name: 'x', machines: { '1': machine }, deadline: '60s' });
  const w = world(failing);
  await w.runner.start({ id: 'p' });
  for (let n = 0; n < 61; n++) await w.pass(1 * SECOND);
  expect(await w.runner.get('p')).toMatchObject({
    status: 'error',
    stuck: true,
    failure: { code: 'XORCA_DEADLINE_PASSED' },
  });
});

test('the problem of a timer is over once its state was left', async () => {
  let broken = true;
  const machine = setup({}).createMachine({
    initial: 'A',
    states: {
      A: {
        after: {
          1000: {
            target: 'B',
            actions: () => {
              if (broken) throw new Error('a bug');
            },
          },
        },
        on: { 'evt.out': 'B' },
      },
      B: { on: { 'evt.back': 'A' } },
    },
  });
  const w = world(createOrchestrator({ name: 'x', machines: { '1': machine } }));
  await w.runner.start({ id: 'p' });
  await w.pass(1 * SECOND);
  expect(await w.runner.get('p')).toMatchObject({ value: 'A', stuck: true });
  await w.send('evt.out');
  expect(await w.runner.get('p')).toMatchObject({ value: 'B', stuck: false });

  await w.send('evt.back');
  await w.pass(1 * SECOND);
  expect(await w.runner.get('p')).toMatchObject({ value: 'A', stuck: true });
  broken = false;
  expect(await w.runner.redrive('p')).toMatchObject({ value: 'B', stuck: false });
});

test('delays by name, by function and as numbers all last, from a millisecond to years', async () => {
  const machine = setup({
    types: { context: {} as { days: number } },
    delays: { aWeek: 7 * DAY, some: ({ context }) => (context as { days: number }).days * DAY },
  }).createMachine({
    context: { days: 3 },
    initial: 'A',
    states: {
      A: { after: { 1: 'B' } },
      B: { after: { aWeek: 'C' } },
      C: { after: { some: 'D' } },
      D: { after: { [5 * 365 * DAY]: 'E' } },
      E: { type: 'final' },
    },
  });
  const w = world(createOrchestrator({ name: 'slow', machines: { '1.0.0': machine } }));
  await w.runner.start({ id: 'p' });
  const values: unknown[] = [];
  for (const ms of [1, 7 * DAY - 1, 1, 3 * DAY, 5 * 365 * DAY - 1, 1]) {
    await w.pass(ms);
    values.push((await w.runner.get('p'))?.value);
  }
  expect(values).toEqual(['B', 'B', 'C', 'D', 'D', 'E']);
});
