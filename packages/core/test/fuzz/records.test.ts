import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { assign, emit, setup } from 'xstate';
import { z } from 'zod';
import {
  createOrchestrator,
  createRunner,
  defineCommand,
  fromCommand,
  memoryPublisher,
  memoryStore,
  type ProcessRecord,
  type XorcaError,
} from '../../src/index.ts';
import { decodeBody, encodeBody } from '../../src/record.ts';
import { event } from '../support/literature-machine.ts';
import { damaged, damagedText, pollution } from './damage.ts';

const ask = defineCommand('cmd.ask', { input: z.object({}), output: z.object({}) });
const begin = defineCommand('cmd.begin', { input: z.object({}), output: z.object({}) });

/** Everything that a record can hold at once: a command, a timer, an early event, a problem, an effect that is owed, an origin. */
const everything = createOrchestrator({
  name: 'everything',
  machines: {
    '1': setup({
      actors: { ask: fromCommand(ask, { timeout: '1h', retry: { attempts: 3 } }) },
    }).createMachine({
      context: { text: 'x', list: [1, { deep: true }] },
      initial: 'Waiting',
      states: {
        Waiting: {
          entry: emit({ type: 'notif.waiting' }),
          invoke: { id: 'ask', src: 'ask', input: {}, onDone: 'Rest' },
          after: { 60000: 'Rest' },
          on: {
            'evt.count': { actions: assign({ text: 'counted' }) },
            'evt.break': {
              actions: () => {
                throw new Error('out of order');
              },
            },
          },
        },
        Rest: { on: { 'evt.early': 'End' } },
        End: { type: 'final' },
      },
    }),
  },
  startOn: begin,
  buffer: { 'evt.early': '7d' },
  deadline: '30d',
});

const NOW = 1_800_000_000_000;
const count = () => event('p', 'evt.count', {});

async function whole(): Promise<ProcessRecord> {
  const store = memoryStore();
  const publisher = { publish: () => Promise.reject(new Error('the bus is away')) };
  const runner = createRunner(everything, { store, publisher, clock: { now: () => NOW } });
  await runner.handle([
    { ...event('p', begin.type, {}), traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
    event('p', 'evt.early', {}),
    event('p', 'evt.break', {}),
  ]);
  return (await store.load('p'))?.record as ProcessRecord;
}

// xstate tells the console of states it does not find.
beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}));
afterEach(() => {
  vi.restoreAllMocks();
  expect(pollution()).toEqual([]);
});

const UNREADABLE = /^XORCA_(CORRUPT_RECORD|NEWER_FORMAT)$/;
// The state itself is the machine's: what it cannot go on from is a problem of the process, with all else as it was.
const BY_MACHINE = /^XORCA_(MACHINE|MACHINE_CHANGED|UNKNOWN_VERSION|CONTRACT|ORDER)$/;

/** Does with a record all that a runner can, and says with which errors it ended. */
async function meet(record: ProcessRecord, where: string): Promise<void> {
  const store = memoryStore();
  await store.save(record, undefined);
  const before = (await store.load('p'))?.record;
  const time = { now: NOW };
  const runner = createRunner(
    everything,
    { store, publisher: memoryPublisher(), clock: { now: () => time.now } },
    { report: () => {} },
  );
  const codes: string[] = [];
  const note = (error: XorcaError | undefined) => error && codes.push(error.code);
  const [outcome, other] = await runner.handle([count(), event('q', begin.type, {})]);
  note(outcome?.error);
  expect(other?.status, where).toBe('applied');
  await runner.get('p').catch(note);
  time.now += 3 * 3_600_000;
  const woken = await runner.wake();
  for (const { error } of woken.failed) note(error);
  await runner.redrive('p').catch((error) => error.code !== 'XORCA_ENDED' && note(error));
  await runner.cancel('p').catch((error) => error.code !== 'XORCA_ENDED' && note(error));
  expect((await runner.list()).items.length, where).toBeGreaterThan(0);
  const unreadable = codes.filter((code) => UNREADABLE.test(code));
  expect(
    codes.filter((code) => !UNREADABLE.test(code) && !BY_MACHINE.test(code)),
    where,
  ).toEqual([]);
  // One that cannot be read is left as it is, by every way.
  if (unreadable.length > 0) expect((await store.load('p'))?.record, where).toEqual(before);
}

test('the sample holds every part of a record', async () => {
  const body = JSON.parse((await whole()).body);
  const empty = Object.entries(body).filter(([, part]) => Array.isArray(part) && part.length === 0);
  expect(empty).toEqual([]);
  expect(Object.keys(body)).toEqual(
    expect.arrayContaining([
      'outbox',
      'timers',
      'commands',
      'buffered',
      'problem',
      'origin',
      'deadlineAt',
      'trace',
    ]),
  );
});

test('a record with any odd value in any part is read, or refused by its code and left alone', async () => {
  const record = await whole();
  const { snapshot, ...parts } = JSON.parse(record.body);
  for (const { where, value } of damaged(parts)) {
    const isPart = typeof value === 'object' && value !== null && !Array.isArray(value);
    await meet({ ...record, body: JSON.stringify(isPart ? { ...value, snapshot } : value) ?? '' }, where);
  }
}, 120_000);

test('a record with any odd value in the state of its machine is read, or its events fail and it is kept', async () => {
  const record = await whole();
  const body = JSON.parse(record.body);
  for (const { where, value } of damaged(body.snapshot)) {
    // xstate looks a child's logic up among the properties of an object, where this one finds what is no logic.
    if (JSON.stringify(value)?.includes('"src":"__proto__"')) continue;
    await meet({ ...record, body: JSON.stringify({ ...body, snapshot: value }) }, where);
  }
}, 120_000);

test('a body cut or spoilt anywhere is read, or refused by its code and left alone', async () => {
  const record = await whole();
  await fc.assert(
    fc.asyncProperty(damagedText(record.body), (body) => meet({ ...record, body }, body.slice(0, 2_000))),
    { numRuns: 300 },
  );
}, 120_000);

test('what is read is written as it was, whatever its window, context and numbers are', () => {
  const text = fc.string({ unit: 'binary', maxLength: 40 });
  const times = fc.maxSafeNat();
  const body = fc.record({
    format: fc.constant(2),
    engine: text,
    machine: text,
    hash: text,
    counter: times,
    seen: fc.stringMatching(/^[A-Za-z0-9_-]{0,64}$/),
    outbox: fc.array(
      fc.record({
        event: fc.record({ specversion: text, id: text, source: text, type: text }),
        cause: text,
        at: times,
      }),
      { maxLength: 3 },
    ),
    timers: fc.constant([]),
    commands: fc.array(
      fc.record({
        key: text,
        path: fc.array(text, { maxLength: 2 }),
        type: text,
        ids: fc.array(text, { maxLength: 2 }),
        attempt: times,
        at: times,
        dueAt: fc.option(times),
        resting: fc.boolean(),
      }),
      { maxLength: 130, size: 'max' },
    ),
    sequence: times,
    sources: fc.array(text, { maxLength: 2 }),
    snapshot: fc.jsonValue({ maxDepth: 3 }),
  });
  const about = {
    id: 'p',
    orchestrator: 'o',
    version: '1',
    status: 'active',
    states: [],
    stuck: false,
  } as const;
  fc.assert(
    fc.property(body, (sample) => {
      // Through JSON once, since JSON has no -0.
      const clean = JSON.parse(JSON.stringify(sample));
      const record = { ...about, revision: 1, wakeAt: null, updatedAt: 1, body: encodeBody(clean) };
      expect(decodeBody(record)).toEqual(clean);
    }),
    { numRuns: 200 },
  );
});
