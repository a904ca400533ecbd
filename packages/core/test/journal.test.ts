import { expect, test } from 'vitest';
import { setup } from 'xstate';
import {
  checkHistory,
  createOrchestrator,
  fromCommand,
  type JournalEntry,
  memoryJournal,
  type OrchestratorOptions,
} from '../src/index.ts';
import { fetchBook } from './support/contracts.ts';
import { world } from './support/world.ts';

type States = Record<string, object>;
const statesOf = (more: States = {}): States => ({
  Fetching: {
    invoke: { src: 'fetchBook', input: { bookId: 'opticks' }, onDone: 'Reading', onError: 'Failed' },
  },
  Reading: { on: { 'evt.read': 'Resting', 'evt.other': 'Done' } },
  Resting: { after: { 60000: 'Done' } },
  Failed: { type: 'final' },
  Done: { type: 'final' },
  ...more,
});
const machineOf = (more: States = {}) =>
  setup({
    actors: { fetchBook: fromCommand(fetchBook, { timeout: '1h', retry: { attempts: 2 } }) },
  }).createMachine({
    id: 'reading',
    initial: 'Fetching',
    states: statesOf(more),
  } as never);
const reading = (options: Partial<OrchestratorOptions> = {}) =>
  createOrchestrator({ name: 'reading', machines: { '1.0.0': machineOf() as never }, ...options });

async function recorded() {
  const journal = memoryJournal();
  const w = world(reading(), {}, { journal });
  await w.runner.start({ id: 'p' });
  await w.pass(3_600_000);
  await w.pass(1_000);
  await w.answer(w.last('cmd.books.fetch'), { pages: ['a'] });
  await w.send('evt.read');
  await w.pass(60_000);
  await w.runner.start({ id: 'q' });
  await w.answer(w.last('cmd.books.fetch'), { pages: [] });
  await w.runner.cancel('q', { reason: 'by hand' });
  const of = async (id: string) => {
    const entries: JournalEntry[] = [];
    for await (const entry of journal.read(id)) entries.push(entry);
    return entries;
  };
  return { journal, w, of };
}

test('the journal has each step: what came in, the states around it, what was sent, and which try it was', async () => {
  const { of } = await recorded();
  const entries = await of('p');
  expect(
    entries.map(({ input, after, effects }) => [input.kind, after.value, effects.map(({ id }) => id)]),
  ).toEqual([
    ['start', 'Fetching', ['p/1']],
    ['timeout', 'Fetching', []],
    ['retry', 'Fetching', ['p/2']],
    ['answer', 'Reading', []],
    ['event', 'Resting', []],
    ['timer', 'Done', []],
  ]);
  expect(entries[0]?.before).toBeUndefined();
  expect(entries[3]).toMatchObject({
    before: { status: 'active', value: 'Fetching' },
    after: { value: 'Reading', context: {} },
    input: { event: { causationid: 'p/2' } },
    attempt: 1,
    version: '1.0.0',
  });
  expect((await of('q')).at(-1)).toMatchObject({
    input: { kind: 'cancel', detail: 'by hand' },
    after: { status: 'cancelled' },
  });
});

test('a step that fails is told with its error, and a journal that fails harms nobody', async () => {
  const journal = memoryJournal();
  const machine = setup({}).createMachine({
    on: {
      'evt.bad': {
        actions: () => {
          throw new Error('a bug');
        },
      },
    },
  });
  const w = world(createOrchestrator({ name: 'x', machines: { '1': machine } }), {}, { journal });
  await w.runner.start({ id: 'p' });
  await w.send('evt.bad');
  const entries: JournalEntry[] = [];
  for await (const entry of journal.read('p')) entries.push(entry);
  expect(entries.at(-1)).toMatchObject({ error: { code: 'XORCA_MACHINE' }, effects: [] });

  const heard: string[] = [];
  const broken = { ...journal, append: () => Promise.reject(new Error('full')) };
  const other = world(reading(), { report: ({ message }) => heard.push(message) }, { journal: broken });
  expect(await other.runner.start({ id: 'p' })).toMatchObject({ status: 'applied' });
  expect(heard).toEqual([expect.stringContaining('full')]);
});

test('the same machine goes the way that was recorded', async () => {
  const { journal } = await recorded();
  expect(await checkHistory(machineOf() as never, journal)).toEqual({
    checked: 2,
    broken: [],
    unchecked: [],
  });
  expect(await checkHistory(reading(), journal)).toEqual({ checked: 2, broken: [], unchecked: [] });
  expect(await checkHistory(reading({ name: 'other' }), journal)).toEqual({
    checked: 0,
    broken: [],
    unchecked: [],
  });
});

test.each<[string, States, string, RegExp]>([
  ['that no longer takes an event', { Reading: { on: { 'evt.other': 'Done' } } }, 'unhandled', /evt\.read/],
  [
    'that throws',
    {
      Reading: {
        on: {
          'evt.read': {
            target: 'Resting',
            actions: () => {
              throw new Error('a new bug');
            },
          },
        },
      },
    },
    'failed',
    /a new bug/,
  ],
  ['that goes elsewhere', { Reading: { on: { 'evt.read': 'Done' } } }, 'status', /active.*done/],
  ['that waits longer', { Resting: { after: { 90000: 'Done' } } }, 'status', /done.*active/],
])('a machine %s is told, with the process and the place', async (_name, more, why, message) => {
  const { journal } = await recorded();
  const { broken, checked } = await checkHistory(machineOf(more) as never, journal);
  expect(checked).toBe(2);
  expect(broken).toEqual([
    expect.objectContaining({
      id: 'p',
      why,
      message: expect.stringMatching(message),
      revision: expect.any(Number),
    }),
  ]);
});

test('a machine that sends something more breaks nobody who only waits for answers, and says what it sends', async () => {
  const { journal } = await recorded();
  const chatty = { Reading: { entry: () => {}, on: { 'evt.read': 'Resting' } } };
  expect((await checkHistory(machineOf(chatty) as never, journal)).broken).toEqual([]);
  const mapped = reading({ onOrchestrationState: { Reading: () => ({ type: 'notif.reading' }) } });
  const { broken } = await checkHistory(mapped, journal);
  expect(broken.map(({ id, why }) => [id, why])).toEqual([
    ['p', 'effects'],
    ['q', 'effects'],
  ]);
});

test('a history with a hole is not replayed', async () => {
  const { journal, of } = await recorded();
  const entries = await of('p');
  const holed = {
    processes: journal.processes,
    read: async function* (id: string) {
      yield* id === 'p' ? entries.filter((_, at) => at !== 3) : (await of('q')).slice(1);
    },
  };
  expect(await checkHistory(machineOf() as never, holed)).toMatchObject({
    checked: 0,
    unchecked: [
      { id: 'p', reason: expect.stringContaining('missing') },
      { id: 'q', reason: expect.stringContaining('first steps') },
    ],
  });
});

test('the history of a process that was migrated is not replayed', async () => {
  const journal = memoryJournal();
  const w = world(reading(), {}, { journal });
  await w.runner.start({ id: 'p' });
  const machines = { '1.0.0': machineOf() as never, '2.0.0': machineOf() as never };
  await w
    .deploy(reading({ machines, migrations: { '1.0.0': { to: '2.0.0' } } }))
    .runner.migrate('p', '2.0.0');
  expect(await checkHistory(machineOf() as never, journal)).toMatchObject({
    checked: 0,
    unchecked: [{ id: 'p', reason: expect.stringContaining('2.0.0') }],
  });
});

test('a wake drops what is over its retention, once an hour, and goes on when that fails', async () => {
  const journal = memoryJournal({ retention: { age: '1d' } });
  const heard: string[] = [];
  const w = world(reading(), { report: ({ message }) => heard.push(message) }, { journal });
  await w.runner.start({ id: 'p' });
  const left = async () => {
    const ids: string[] = [];
    for await (const id of journal.processes()) ids.push(id);
    return ids;
  };
  await w.pass(1_000);
  expect(await left()).toEqual(['p']);
  await w.runner.cancel('p');
  await w.pass(2 * 86_400_000);
  expect(await left()).toEqual([]);
  journal.prune = () => Promise.reject(new Error('away'));
  await w.pass(3_600_000);
  await w.pass(1_000);
  expect(heard).toEqual([expect.stringContaining('away')]);
});
