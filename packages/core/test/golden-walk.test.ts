import { expect, test } from 'vitest';
import { setup } from 'xstate';
import {
  createOrchestrator,
  createRunner,
  memoryPublisher,
  memoryStore,
  type RunnerOptions,
} from '../src/index.ts';
import { event, literature, literatureMachine, walk } from './support/literature-machine.ts';

const setUp = (options: RunnerOptions = {}) => {
  const store = memoryStore();
  const publisher = memoryPublisher();
  return { store, publisher, runner: createRunner(literature, { store, publisher }, options) };
};
const brief = (events: readonly { type: string; id: string }[]) =>
  events.map(({ id, type }) => `${id} ${type}`);

test('an event for an unknown process gives nothing', async () => {
  const { runner, publisher } = setUp();
  const [outcome] = await runner.handle([event('b1', 'evt.books.fetch.success', { pages: [] })]);
  expect(outcome).toMatchObject({ status: 'unknown-process', effects: [] });
  expect(await runner.get('b1')).toBeUndefined();
  expect(publisher.published).toEqual([]);
});

test('the walk emits each command once, both checks in declaration order, and ends once', async () => {
  const { runner, publisher } = setUp();
  const seen: string[][] = [];
  for (const step of walk('b1')) {
    const [outcome] = await runner.handle([step]);
    expect(outcome?.status).toBe('applied');
    seen.push(brief(outcome?.effects ?? []));
  }
  expect(seen).toEqual([
    ['b1/1 cmd.books.fetch'],
    ['b1/2 cmd.gpt.summary'],
    ['b1/3 cmd.regulations.grounded', 'b1/4 cmd.regulations.compliant'],
    [],
    ['b1/5 notif.summary.done'],
  ]);
  expect(brief(publisher.published)).toEqual(seen.flat());
  const end = {
    status: 'done',
    value: 'Done',
    output: { summary: 'Light bends.' },
    outbox: [],
    wakeAt: null,
  };
  expect(await runner.get('b1')).toMatchObject(end);

  const [after] = await runner.handle([event('b1', 'evt.gpt.summary.success', { summary: 'again' }, 'late')]);
  expect(after).toMatchObject({ status: 'unhandled', effects: [] });
  expect(publisher.published).toHaveLength(5);
});

test('a second start of the same id gives nothing and leaves the process alone', async () => {
  const { runner, publisher, store } = setUp();
  await runner.handle([event('b1', 'cmd.literature.summarise', { bookId: 'opticks' })]);
  const before = await store.load('b1');
  const [second] = await runner.handle([
    event('b1', 'cmd.literature.summarise', { bookId: 'other' }, 'another id'),
  ]);
  expect(second).toMatchObject({
    status: 'unhandled',
    reason: 'the process was started before',
    effects: [],
  });
  expect(await store.load('b1')).toEqual(before);
  expect(publisher.published).toHaveLength(1);
});

test('a redelivered event takes no step, and gives its effects again only while they are unconfirmed', async () => {
  const store = memoryStore();
  const publisher = memoryPublisher();
  let broken = true;
  const faulty = {
    publish: async (events: Parameters<typeof publisher.publish>[0]) => {
      if (broken) throw new Error('the bus is away');
      await publisher.publish(events);
    },
  };
  const runner = createRunner(literature, { store, publisher: faulty });
  const start = event('b1', 'cmd.literature.summarise', { bookId: 'opticks' });
  const [first] = await runner.handle([start]);
  expect(first).toMatchObject({ status: 'failed', error: { code: 'XORCA_PUBLISH', retryable: true } });
  expect(await runner.get('b1')).toMatchObject({ value: 'FetchData', outbox: [{ id: 'b1/1' }] });

  broken = false;
  const [again] = await runner.handle([start]);
  expect(again).toMatchObject({ status: 'duplicate', effects: [{ id: 'b1/1', type: 'cmd.books.fetch' }] });
  const [third] = await runner.handle([start]);
  expect(third).toMatchObject({ status: 'duplicate', effects: [] });
  expect(brief(publisher.published)).toEqual(['b1/1 cmd.books.fetch']);
});

test('the same event with a new id, an old one and an unknown one give nothing and no error', async () => {
  const { runner, publisher, store } = setUp();
  const [start, fetched] = walk('b1');
  await runner.handle([start, fetched]);
  const before = await store.load('b1');
  const outcomes = await runner.handle([
    event('b1', 'evt.books.fetch.success', { pages: [] }, 'new id'),
    fetched,
    event('b1', 'evt.weather.changed', { rain: true }),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['unhandled', 'duplicate', 'unhandled']);
  expect(outcomes.every(({ error }) => error === undefined)).toBe(true);
  expect(await store.load('b1')).toEqual(before);
  expect(publisher.published).toHaveLength(2);
});

test('an unregistered version is an error that lists the registered ones', async () => {
  const { store, publisher } = setUp();
  const machines = { '0.9.0': literatureMachine, '1.10.0': literatureMachine, '1.9.0': literatureMachine };
  const wide = createOrchestrator({ name: 'books.summary', machines, startOn: 'cmd.literature.summarise' });
  await createRunner(wide, { store, publisher }).start({ id: 'b1', input: { bookId: 'x' } });
  expect((await store.load('b1'))?.record.version).toBe('1.10.0');
  const [outcome] = await createRunner(literature, { store, publisher }).handle([walk('b1')[1]]);
  expect(outcome).toMatchObject({
    status: 'failed',
    error: { code: 'XORCA_UNKNOWN_VERSION', processId: 'b1' },
  });
  expect(outcome?.error?.message).toContain('registered are 1.0.0');
});

test('several events of one process in one batch cost one load and one save', async () => {
  const { store, publisher } = setUp();
  let loads = 0;
  let saves = 0;
  const counting = {
    ...store,
    load(id: string) {
      loads++;
      return store.load(id);
    },
    save(...args: Parameters<typeof store.save>) {
      saves++;
      return store.save(...args);
    },
  };
  const runner = createRunner(literature, { store: counting, publisher }, { settle: 'lazy' });
  const outcomes = await runner.handle(walk('b1'));
  expect(outcomes.map(({ status }) => status)).toEqual([
    'applied',
    'applied',
    'applied',
    'applied',
    'applied',
  ]);
  expect([loads, saves]).toEqual([1, 1]);
  expect(publisher.published.map(({ id }) => id)).toEqual(['b1/1', 'b1/2', 'b1/3', 'b1/4', 'b1/5']);
});

test("another orchestrator's process is left to it", async () => {
  const { store, publisher, runner } = setUp();
  const other = createOrchestrator({ name: 'other', machines: { '1': literatureMachine }, startOn: 'go' });
  await createRunner(other, { store, publisher }).start({ id: 'b1', input: { bookId: 'x' } });
  const [outcome] = await runner.handle([walk('b1')[1]]);
  expect(outcome).toMatchObject({ status: 'foreign', effects: [] });
});

test('a warm runner walks the same way with a load only where it cannot save', async () => {
  const { store, publisher } = setUp();
  let loads = 0;
  const counting = {
    ...store,
    load(id: string) {
      loads++;
      return store.load(id);
    },
  };
  const runner = createRunner(literature, { store: counting, publisher }, { warm: 10 });
  for (const step of walk('b1')) expect((await runner.handle([step]))[0]?.status).toBe('applied');
  expect(loads).toBe(1);
  expect(publisher.published.map(({ id }) => id)).toEqual(['b1/1', 'b1/2', 'b1/3', 'b1/4', 'b1/5']);
});

test('a warm record that somebody else has moved on is found out', async () => {
  const { store, publisher } = setUp();
  const [start, fetched, summarised] = walk('b1');
  const warm = createRunner(literature, { store, publisher }, { warm: 10, random: () => 0 });
  const other = createRunner(literature, { store, publisher });
  await warm.handle([start]);
  await other.handle([fetched]);
  // What the remembered state does not take, the stored one does.
  expect((await warm.handle([summarised]))[0]?.status).toBe('applied');
  expect((await warm.handle([fetched]))[0]?.status).toBe('duplicate');
});

test('with lazy settling the next save drops what was published', async () => {
  const { runner } = setUp({ settle: 'lazy' });
  const [start, fetched] = walk('b1');
  await runner.handle([start]);
  expect((await runner.get('b1'))?.outbox.map(({ id }) => id)).toEqual(['b1/1']);
  await runner.handle([fetched]);
  expect((await runner.get('b1'))?.outbox.map(({ id }) => id)).toEqual(['b1/2']);
});

test('the snapshot callback sees each commit, and its failure spoils nothing', async () => {
  const reports: string[] = [];
  const values: unknown[] = [];
  const { runner } = setUp({
    onSnapshot: (_id, { value }) => {
      values.push(value);
      throw new Error('the dashboard is down');
    },
    report: ({ message }) => reports.push(message),
  });
  const outcomes = await runner.handle(walk('b1').slice(0, 2));
  expect(outcomes.map(({ status }) => status)).toEqual(['applied', 'applied']);
  expect(values).toEqual(['Summarise']);
  expect(reports).toEqual([expect.stringContaining('onSnapshot failed for process "b1"')]);
});

test('types of another order of words work the same', async () => {
  const machine = setup({}).createMachine({
    initial: 'FetchData',
    states: { FetchData: { on: { 'books.evt.fetch.success': 'Done' } }, Done: { type: 'final' } },
  });
  const orchestrator = createOrchestrator({
    name: 'seed',
    machines: { '0.0.1': machine },
    startOn: 'books.com.summarise',
    onOrchestrationState: { FetchData: () => ({ type: 'books.com.fetch' }) },
  });
  const publisher = memoryPublisher();
  const runner = createRunner(orchestrator, { store: memoryStore(), publisher });
  await runner.handle([event('s', 'books.com.summarise', {}), event('s', 'books.evt.fetch.success', {})]);
  expect(publisher.published.map(({ type }) => type)).toEqual(['books.com.fetch']);
  expect((await runner.get('s'))?.status).toBe('done');
});
