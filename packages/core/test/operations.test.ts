import { expect, test } from 'vitest';
import { setup } from 'xstate';
import {
  createOrchestrator,
  type EventPublisher,
  fromCommand,
  isXorcaError,
  type OrchestratorOptions,
} from '../src/index.ts';
import { fetchBook } from './support/contracts.ts';
import { nth, world } from './support/world.ts';

const DAY = 86_400_000;
let broken = false;

const reading = (options: Partial<OrchestratorOptions> = {}) =>
  createOrchestrator({
    name: 'reading',
    machines: {
      '1.0.0': setup({ actors: { fetchBook: fromCommand(fetchBook, { timeout: '3d' }) } }).createMachine({
        id: 'reading',
        initial: 'Fetching',
        states: {
          Fetching: {
            invoke: { src: 'fetchBook', input: { bookId: 'opticks' }, onDone: 'Reading', onError: 'Failed' },
          },
          Reading: {
            on: {
              'evt.read': {
                target: 'Done',
                actions: () => {
                  if (broken) throw new Error('a bug');
                },
              },
            },
          },
          Failed: { type: 'final' },
          Done: { type: 'final' },
        },
      }),
    },
    ...options,
  });

test('get shows the state, what is waited for and since when, timers, outbox and problem', async () => {
  const w = world(reading());
  await w.runner.start({ id: 'p' });
  await w.pass(DAY);
  expect(await w.runner.get('p')).toMatchObject({
    status: 'active',
    value: 'Fetching',
    states: ['Fetching'],
    commands: [
      {
        type: 'cmd.books.fetch',
        id: 'p/1',
        attempt: 1,
        ageMs: DAY,
        dueAt: w.clock.now() + 2 * DAY,
        resting: false,
      },
    ],
    timers: [],
    outbox: [],
    stuck: false,
  });
});

test('list filters by state, by being stuck and by age', async () => {
  const w = world(reading());
  for (const id of ['a', 'b', 'c']) await w.runner.start({ id });
  await w.pass(1_000);
  await w.answer(nth(w.sent, 0), { pages: [] });
  await w.answer(nth(w.sent, 1), { pages: [] });
  broken = true;
  await w.send('evt.read', { subject: 'b' });
  broken = false;
  const ids = async (query: Parameters<typeof w.runner.list>[0]) =>
    (await w.runner.list(query)).items.map(({ id }) => id);
  expect(await ids({ state: 'Reading' })).toEqual(['a', 'b']);
  expect(await ids({ state: 'Fetching', status: 'active' })).toEqual(['c']);
  expect(await ids({ stuck: true })).toEqual(['b']);
  expect(await ids({ updatedBefore: w.clock.now() })).toEqual(['c']);
  await expect(w.runner.list({ sate: 'Reading' } as never)).rejects.toMatchObject({
    message: expect.stringContaining('"state"'),
  });
});

test('a redrive applies the event that failed, on the code as it is now, and only once', async () => {
  const w = world(reading());
  await w.runner.start({ id: 'p' });
  await w.answer(nth(w.sent, 0), { pages: [] });
  broken = true;
  expect(await w.send('evt.read', { id: 'read' })).toMatchObject({ status: 'failed' });
  expect(await w.runner.redrive('p')).toMatchObject({ value: 'Reading', problem: { times: 1 } });
  broken = false;
  expect(await w.runner.redrive('p')).toMatchObject({ status: 'done' });
  expect(await w.send('evt.read', { id: 'read' })).toMatchObject({ status: 'duplicate' });
});

test('a redrive sends again what the bus had refused for good', async () => {
  const refused: string[] = [];
  const w = world(reading());
  const publisher = {
    async publish(events: readonly { id: string; type: string }[]) {
      refused.push(...events.map(({ id }) => id));
      if (refused.length === 1) {
        throw Object.assign(new Error('forbidden'), {
          code: 'XORCA_PUBLISH',
          failed: events.map(({ id }) => ({ id, reason: 'forbidden', retryable: false })),
        });
      }
    },
  };
  const refusing = world(reading(), {}, { store: w.store, publisher: publisher as never, clock: w.clock });
  await refusing.runner.start({ id: 'p' });
  expect(await refusing.runner.get('p')).toMatchObject({
    problem: { kind: 'effect' },
    stuck: true,
  });
  expect(await refusing.runner.redrive('p')).toMatchObject({ outbox: [], stuck: false });
  expect(refused).toEqual(['p/1', 'p/1']);
});

test('a cancel holds though the bus is away: what it calls off is told by a later wake', async () => {
  let isAway = false;
  const sent: string[] = [];
  const publisher: EventPublisher = {
    async publish(events) {
      if (isAway) throw new Error('the bus is away');
      sent.push(...events.map(({ type }) => type));
    },
  };
  const w = world(reading(), {}, { publisher });
  await w.runner.start({ id: 'p' });
  isAway = true;
  expect(await w.runner.cancel('p', { reason: 'enough' })).toMatchObject({
    status: 'cancelled',
    failure: { message: 'It was cancelled: enough.' },
    outbox: [{ type: 'cmd.books.fetch.cancel' }],
  });
  isAway = false;
  await w.pass(60_000);
  expect(sent).toEqual(['cmd.books.fetch', 'cmd.books.fetch.cancel']);
  expect(await w.runner.get('p')).toMatchObject({ status: 'cancelled', outbox: [] });
});

test('cancel ends a process whose machine is gone or fails', async () => {
  const w = world(reading());
  await w.runner.start({ id: 'p' });
  const next = w.deploy(reading({ machines: { '2.0.0': setup({}).createMachine({}) } }));
  expect(await next.runner.cancel('p', { reason: 'it is not needed' })).toMatchObject({
    status: 'cancelled',
    failure: { message: expect.stringContaining('it is not needed') },
    wakeAt: null,
  });
  expect(next.last('cmd.books.fetch.cancel')).toMatchObject({ causationid: 'p/1' });
});

test('what cannot be done is said, and changes nothing', async () => {
  const w = world(reading());
  await w.runner.start({ id: 'p' });
  await w.answer(nth(w.sent, 0), { pages: [] });
  await w.send('evt.read');
  const before = await w.store.load('p');
  for (const call of [() => w.runner.cancel('p'), () => w.runner.redrive('p')]) {
    await expect(call()).rejects.toMatchObject({ code: 'XORCA_ENDED', processId: 'p' });
  }
  await expect(w.runner.cancel('q')).rejects.toMatchObject({ code: 'XORCA_UNKNOWN_PROCESS' });
  await expect(w.runner.redrive('q')).rejects.toMatchObject({ code: 'XORCA_UNKNOWN_PROCESS' });
  await expect(w.runner.migrate('q', '1.0.0')).rejects.toMatchObject({ code: 'XORCA_UNKNOWN_PROCESS' });
  expect(await w.store.load('p')).toEqual(before);
});

test('cancelling while an answer comes leaves one end, and loses no event', async () => {
  const w = world(reading());
  for (let n = 0; n < 20; n++) {
    const id = `p${n}`;
    await w.runner.start({ id });
    const command = w.last('cmd.books.fetch');
    const [answered, cancelled] = await Promise.all([
      w.answer(command, { pages: [] }),
      w.runner.cancel(id).catch((error: unknown) => error),
    ]);
    const process = await w.runner.get(id);
    expect(process?.status).toBe('cancelled');
    expect(['applied', 'unhandled']).toContain(answered.status);
    expect(isXorcaError(cancelled)).toBe(false);
  }
});

test('waitFor answers when the process is done, as it is wanted, ended otherwise, or takes too long', async () => {
  const w = world(reading());
  const waited = w.runner.waitFor('p', ({ value }) => value === 'Reading', { timeoutMs: 10_000 });
  const done = w.runner.waitFor('p', 'done', { timeoutMs: 10_000 });
  await w.runner.start({ id: 'p' });
  await w.answer(nth(w.sent, 0), { pages: [] });
  expect(await waited).toMatchObject({ value: 'Reading' });
  await w.send('evt.read');
  expect(await done).toMatchObject({ status: 'done' });
  await expect(w.runner.waitFor('q', 'done', { timeoutMs: 1 })).rejects.toMatchObject({
    code: 'XORCA_WAIT_TIMEOUT',
  });
  await w.runner.start({ id: 'r' });
  const ended = w.runner.waitFor('r', 'done', { timeoutMs: 10_000 });
  await w.runner.cancel('r');
  await expect(ended).rejects.toMatchObject({
    code: 'XORCA_ENDED',
    message: expect.stringContaining('cancelled'),
  });
});

const forgetting = reading({ retention: { done: '30d', cancelled: '14d' } });

test('ended processes are deleted after their retention, each by how it ended', async () => {
  const w = world(forgetting);
  for (const id of ['done', 'cancelled', 'running']) await w.runner.start({ id });
  await w.answer(nth(w.sent, 0), { pages: [] });
  await w.send('evt.read', { subject: 'done' });
  await w.runner.cancel('cancelled');
  await w.answer(nth(w.sent, 2), { pages: [] });
  await w.pass(14 * DAY);
  const left = async () => (await w.runner.list()).items.map(({ id }) => id);
  expect(await left()).toEqual(['done', 'running']);
  await w.pass(16 * DAY - 1);
  expect(await left()).toEqual(['done', 'running']);
  await w.pass(1);
  expect(await left()).toEqual(['running']);
});

test('a retention counts from the end, whatever is sent again afterwards', async () => {
  let isAway = true;
  const publisher: EventPublisher = {
    async publish() {
      if (isAway) throw new Error('the bus is away');
    },
  };
  const w = world(forgetting, {}, { publisher });
  await w.runner.start({ id: 'p' });
  await w.runner.cancel('p');
  await w.pass(DAY);
  isAway = false;
  await w.pass(DAY);
  expect(await w.runner.get('p')).toMatchObject({ status: 'cancelled', outbox: [] });
  await w.pass(12 * DAY - 1);
  expect(await w.runner.get('p')).toBeDefined();
  await w.pass(1);
  expect(await w.runner.get('p')).toBeUndefined();
});

test('a process begun anew under the id of a deleted one repeats none of its ids', async () => {
  const w = world(forgetting);
  await w.runner.start({ id: 'p' });
  await w.runner.cancel('p');
  await w.pass(14 * DAY);
  expect(await w.runner.get('p')).toBeUndefined();
  await w.send('evt.read');
  await w.runner.start({ id: 'p' });
  const ids = w.sent.map(({ id }) => id);
  expect(ids).toHaveLength(3);
  expect(new Set(ids).size).toBe(3);
});

test('of several who find a process to delete one does it, and a crash in between only delays it', async () => {
  const w = world(forgetting);
  await w.runner.start({ id: 'p' });
  await w.runner.cancel('p');
  const remove = w.store.delete?.bind(w.store);
  let deleted = 0;
  w.store.delete = async (id) => {
    if (++deleted === 1) throw new Error('killed');
    await remove?.(id);
  };
  await w.pass(14 * DAY);
  await Promise.all([w.runner.wake(), w.runner.wake()]);
  expect(deleted).toBe(1);
  await w.pass(599_999);
  expect(deleted).toBe(1);
  await w.pass(60_001);
  expect(deleted).toBe(2);
  expect(await w.runner.get('p')).toBeUndefined();
});

test('a process that is being deleted cannot be brought back to be lost', async () => {
  const forgetful = reading({ retention: { error: '14d' }, deadline: '1d' });
  const w = world(forgetful);
  w.store.delete = () => Promise.reject(new Error('killed'));
  await w.runner.start({ id: 'p' });
  await w.pass(DAY);
  expect(await w.runner.get('p')).toMatchObject({ status: 'error' });
  await w.pass(14 * DAY);
  await expect(w.runner.redrive('p')).rejects.toMatchObject({ code: 'XORCA_ENDED' });
});

test('a retention shorter than the memory for inputs is refused', () => {
  expect(() => world(reading({ retention: { done: '13d' } }))).toThrow(/dedupe\.age/);
  expect(() => world(reading({ retention: { done: '1d' } }), { dedupe: { age: '1d' } })).not.toThrow();
});

test('get and list know only the processes of their own orchestrator', async () => {
  const w = world(reading());
  await w.runner.start({ id: 'p' });
  const other = w.deploy(reading({ name: 'other' }));
  await other.runner.start({ id: 'q' });
  expect(await other.runner.get('p')).toBeUndefined();
  expect((await other.runner.list()).items.map(({ id }) => id)).toEqual(['q']);
  expect((await other.runner.list({ orchestrator: 'reading' })).items.map(({ id }) => id)).toEqual(['p']);
  await expect(other.runner.cancel('p')).rejects.toMatchObject({ code: 'XORCA_UNKNOWN_PROCESS' });
});
