import { expect, test } from 'vitest';
import { assign, enqueueActions, fromPromise, setup } from 'xstate';
import { z } from 'zod';
import {
  type CloudEvent,
  createOrchestrator,
  defineCommand,
  defineEvent,
  type EventOf,
  fromCommand,
  type OrchestratorOptions,
} from '../src/index.ts';
import { check } from './support/contracts.ts';
import { nth, world } from './support/world.ts';

type AnyMachine = OrchestratorOptions['machines'][string];

const orchestrator = (machine: AnyMachine, more: Partial<OrchestratorOptions> = {}) =>
  createOrchestrator({ name: 'o', machines: { '1.0.0': machine }, ...more });

/** A bus that refuses the events of some types for good, until it is told otherwise. */
function refusing(types: Set<string>) {
  const published: CloudEvent[] = [];
  return {
    published,
    async publish(events: readonly CloudEvent[]) {
      const failed = events.filter(({ type }) => types.has(type));
      published.push(...events.filter(({ type }) => !types.has(type)));
      if (failed.length === 0) return;
      throw Object.assign(new Error('forbidden'), {
        code: 'XORCA_PUBLISH',
        failed: failed.map(({ id }) => ({ id, reason: 'forbidden', retryable: false })),
      });
    },
  };
}

const twice = setup({
  actors: { check: fromCommand(check) },
  actions: { fails: () => {} },
}).createMachine({
  initial: 'A',
  entry: enqueueActions(({ enqueue }) => {
    enqueue.spawnChild('check', { id: 'one', input: { rule: '1' } });
    enqueue.spawnChild('check', { id: 'two', input: { rule: '2' } });
  }),
  states: { A: { on: { 'evt.bad': { actions: 'fails' }, 'evt.end': 'B' } }, B: { type: 'final' } },
});

test('of two effects that the bus refused in one call, a redrive sends both', async () => {
  const types = new Set(['cmd.regulations.check']);
  const publisher = refusing(types);
  const w = world(orchestrator(twice), {}, { publisher });
  await w.runner.start({ id: 'p' });
  expect(await w.runner.get('p')).toMatchObject({ stuck: true, wakeAt: null, problem: { kind: 'effect' } });
  types.clear();
  await w.runner.redrive('p');
  expect(publisher.published.map(({ id }) => id)).toEqual(['p/1', 'p/2']);
  expect(await w.runner.get('p')).toMatchObject({ stuck: false, outbox: [] });
});

test('another problem that comes and goes does not hide what the bus refused', async () => {
  const types = new Set(['cmd.regulations.check']);
  let broken = true;
  const machine = twice.provide({
    actions: {
      fails: () => {
        if (broken) throw new Error('a bug');
      },
    },
  });
  const publisher = refusing(types);
  const w = world(orchestrator(machine), {}, { publisher });
  await w.runner.start({ id: 'p' });
  await w.send('evt.bad', { id: 'bad' });
  broken = false;
  await w.send('evt.bad', { id: 'bad' });
  expect(await w.runner.get('p')).toMatchObject({ stuck: true, problem: { kind: 'effect' } });
  types.clear();
  await w.runner.redrive('p');
  expect(publisher.published).toHaveLength(2);
});

const service = defineCommand('cmd.x.do', {
  input: z.any(),
  output: z.any(),
  error: z.object({ why: z.string() }),
});
const brief = setup({}).createMachine({
  initial: 'A',
  states: { A: { on: { 'evt.go': 'B' } }, B: { type: 'final' } },
  output: 1,
});

test('a process is not deleted before its last events are published', async () => {
  let isAway = true;
  const published: string[] = [];
  const publisher = {
    publish: async (events: readonly CloudEvent[]) => {
      if (isAway) throw new Error('the bus is away');
      published.push(...events.map(({ type }) => type));
    },
  };
  const w = world(
    orchestrator(brief, { startOn: service, retention: { done: '1d' } }),
    { dedupe: { age: '1d' } },
    { publisher },
  );
  await w.send('cmd.x.do', { data: {} });
  await w.send('evt.go');
  await w.pass(3 * 86_400_000);
  expect(await w.runner.get('p')).toMatchObject({ status: 'done' });
  isAway = false;
  await w.pass(61_000);
  expect(published).toEqual(['evt.x.do.success']);
  await w.pass(61_000);
  await w.pass(61_000);
  expect(await w.runner.get('p')).toBeUndefined();
});

test('a done process whose last event the bus refused can be redriven for it, and for nothing else', async () => {
  const types = new Set(['evt.x.do.success']);
  const publisher = refusing(types);
  const w = world(orchestrator(brief, { startOn: service }), {}, { publisher });
  await w.send('cmd.x.do', { data: {} });
  await w.send('evt.go');
  expect(await w.runner.get('p')).toMatchObject({ status: 'done', stuck: true });
  types.clear();
  await w.runner.redrive('p');
  expect(publisher.published.map(({ type }) => type)).toEqual(['evt.x.do.success']);
  await expect(w.runner.redrive('p')).rejects.toMatchObject({ code: 'XORCA_ENDED' });
});

test('a deadline passes, and a cancel goes through, whatever onFailure does', async () => {
  const broken = () => {
    throw new Error('a typo');
  };
  const w = world(orchestrator(brief, { startOn: service, deadline: '1h', onFailure: broken }), {
    report: () => {},
  });
  await w.send('cmd.x.do', { subject: 'late', data: {} });
  await w.send('cmd.x.do', { subject: 'off', data: {} });
  expect(await w.runner.cancel('off')).toMatchObject({ status: 'cancelled' });
  await w.pass(3_600_001);
  expect(await w.runner.get('late')).toMatchObject({ status: 'error', wakeAt: null });
  expect(w.sent.filter(({ type }) => type === 'evt.x.do.error')).toHaveLength(2);
});

test('an event that starts a process waits for the state that takes it, like any other early one', async () => {
  const machine = setup({}).createMachine({
    initial: 'A',
    states: { A: { on: { 'evt.go': 'B' } }, B: { on: { 'evt.pay': 'C' } }, C: { type: 'final' } },
  });
  const w = world(orchestrator(machine, { startOrSignal: ['evt.pay'], buffer: { 'evt.pay': '7d' } }));
  await w.send('evt.pay');
  expect((await w.runner.get('p'))?.buffered).toHaveLength(1);
  await w.send('evt.go');
  expect(await w.runner.get('p')).toMatchObject({ value: 'C', status: 'done' });
});

test('a promise that settles after its budget is taken by the next run, with all that it leads to', async () => {
  const machine = setup({
    actors: { work: fromPromise(async () => 1), check: fromCommand(check) },
  }).createMachine({
    initial: 'A',
    states: {
      A: { invoke: { src: 'work', onDone: 'B' } },
      B: { invoke: { id: 'check', src: 'check', input: { rule: 'x' }, onDone: 'C' } },
      C: { type: 'final' },
    },
  });
  const w = world(orchestrator(machine), { promiseBudget: 0 });
  await w.runner.start({ id: 'p' });
  const process = await w.runner.get('p');
  const { record } = (await w.store.load('p')) ?? {};
  expect(record?.states).toEqual([process?.value]);
  if (process?.value === 'B') expect(w.sent.map(({ type }) => type)).toEqual(['cmd.regulations.check']);
  else expect(record?.wakeAt).not.toBeNull();
});

test('an event that enters a promise after the budget is over loses nothing of it', async () => {
  const machine = setup({
    actors: {
      slow: fromPromise(() => new Promise((resolve) => setTimeout(resolve, 5))),
      quick: fromPromise(async () => 1),
      check: fromCommand(check),
    },
  }).createMachine({
    initial: 'A',
    states: {
      A: { invoke: { src: 'slow' }, on: { 'evt.go': 'B' } },
      B: { invoke: { src: 'quick', onDone: 'C' } },
      C: { invoke: { id: 'check', src: 'check', input: { rule: 'x' }, onDone: 'D' } },
      D: { type: 'final' },
    },
  });
  const w = world(orchestrator(machine), { promiseBudget: 1 });
  await w.runner.start({ id: 'p' });
  await w.send('evt.go');
  for (let times = 0; times < 5; times++) await w.pass(61_000);
  const asked = w.sent.find(({ type }) => type === 'cmd.regulations.check');
  expect(asked).toBeDefined();
  await w.answer(asked as CloudEvent, { passed: true });
  expect(await w.runner.get('p')).toMatchObject({ status: 'done', value: 'D', states: ['D'] });
});

test('a promise that settles between two events of one call is taken, not run again', async () => {
  let runs = 0;
  const machine = setup({
    actors: {
      work: fromPromise(async () => {
        runs++;
      }),
      check: fromCommand(check),
    },
  }).createMachine({
    initial: 'A',
    states: {
      A: { invoke: { src: 'work', onDone: 'B' } },
      B: { invoke: { id: 'check', src: 'check', input: { rule: 'x' }, onDone: 'C' } },
      C: { on: { 'evt.later': 'D' } },
      D: { type: 'final' },
    },
  });
  const w = world(orchestrator(machine, { startOn: 'evt.start' }), { promiseBudget: 0 });
  const events = ['evt.start', ...Array.from({ length: 5 }, () => 'evt.later')].map((type, n) => ({
    specversion: '1.0',
    id: `batch-${n}`,
    source: '/test',
    subject: 'p',
    type,
  }));
  await w.runner.handle(events);
  for (let times = 0; times < 3; times++) await w.pass(61_000);
  expect(runs).toBe(1);
  expect(w.sent.map(({ id, type }) => [id, type])).toEqual([['p/1', 'cmd.regulations.check']]);
});

test('the promises of a version are awaited, also where the newest version has none', async () => {
  let runs = 0;
  const old = setup({
    actors: {
      work: fromPromise(async () => {
        runs++;
      }),
    },
  }).createMachine({
    initial: 'A',
    states: { A: { invoke: { src: 'work', onDone: 'B' } }, B: { type: 'final' } },
  });
  const w = world(createOrchestrator({ name: 'o', machines: { '1.0.0': old, '2.0.0': brief } }));
  await w.runner.start({ id: 'p', version: '1.0.0' });
  expect(await w.runner.get('p')).toMatchObject({ status: 'done' });
  expect(runs).toBe(1);
});

test('a second command under the id of one that waits fails its step, and nothing is lost', async () => {
  const machine = setup({ actors: { check: fromCommand(check) } }).createMachine({
    on: {
      'evt.ask': {
        actions: enqueueActions(({ enqueue }) => {
          enqueue.spawnChild('check', { id: 'same', input: { rule: '1' } });
        }),
      },
    },
  });
  const w = world(orchestrator(machine));
  await w.runner.start({ id: 'p' });
  expect((await w.send('evt.ask')).status).toBe('applied');
  const second = await w.send('evt.ask');
  expect(second.error).toMatchObject({ code: 'XORCA_MACHINE', message: expect.stringContaining('"same"') });
  expect(await w.runner.get('p')).toMatchObject({ commands: [{ id: 'p/1' }], stuck: true });
});

test('an answer whose causationid is null is matched by its type', async () => {
  const machine = setup({ actors: { check: fromCommand(check) } }).createMachine({
    initial: 'A',
    states: { A: { invoke: { id: 'c', src: 'check', input: { rule: 'x' }, onDone: 'B' } }, B: {} },
  });
  const w = world(orchestrator(machine));
  await w.runner.start({ id: 'p' });
  const { subject } = nth(w.sent, 0);
  const unset = { subject, causationid: null, causationsource: null, data: { passed: true } };
  expect((await w.send('evt.regulations.check.success', unset as never)).status).toBe('applied');
});

test('everything that is due happens before an event, however much it is', async () => {
  const machine = setup({
    types: { context: {} as { failed: number } },
    actors: { check: fromCommand(check, { timeout: '1h' }) },
  }).createMachine({
    context: { failed: 0 },
    entry: enqueueActions(({ enqueue }) => {
      for (let n = 0; n < 150; n++) enqueue.spawnChild('check', { id: `c${n}`, input: { rule: `${n}` } });
    }),
    on: {
      'xstate.error.actor.*': { actions: assign({ failed: ({ context }) => context.failed + 1 }) },
    },
  });
  let now = Date.UTC(2026, 0, 1);
  const w = world(orchestrator(machine), {}, { clock: { now: () => now } });
  await w.runner.start({ id: 'p' });
  now += 3_600_001;
  const late = await w.answer(nth(w.sent, 149), { passed: true });
  expect(late.status).toBe('unhandled');
  expect(await w.runner.get('p')).toMatchObject({ context: { failed: 150 }, commands: [] });
});

test('a contract for the answer of a command is refused at registration', () => {
  const machine = setup({ actors: { check: fromCommand(check) } }).createMachine({
    invoke: { id: 'c', src: 'check', input: { rule: 'x' } },
  });
  const answer = defineEvent('evt.regulations.check.success', { data: z.any() });
  expect(() => orchestrator(machine, { events: [answer] })).toThrow(
    expect.objectContaining({ code: 'XORCA_CONFIG' }),
  );
});

test('an early event reaches the machine as its contract makes it, like one that comes in time', async () => {
  const due = defineEvent('evt.due', { data: z.object({ at: z.coerce.date() }) });
  const machine = setup({
    types: { context: {} as { years: number[] }, events: {} as EventOf<typeof due> | { type: 'evt.go' } },
  }).createMachine({
    context: { years: [] },
    initial: 'A',
    states: {
      A: { on: { 'evt.go': 'B' } },
      B: {
        on: {
          'evt.due': {
            actions: assign({
              years: ({ context, event }) => [...context.years, event.data.at.getUTCFullYear()],
            }),
          },
        },
      },
    },
  });
  const w = world(orchestrator(machine, { events: [due], buffer: { 'evt.due': '7d' } }));
  await w.runner.start({ id: 'p' });
  const data = { at: '2027-03-01T00:00:00.000Z' };
  expect((await w.send('evt.due', { data })).status).toBe('buffered');
  expect((await w.send('evt.go')).status).toBe('applied');
  await w.send('evt.due', { data });
  expect(await w.runner.get('p')).toMatchObject({
    context: { years: [2027, 2027] },
    buffered: [],
    stuck: false,
  });
});
