import { describe, expect, test } from 'vitest';
import { type AnyStateMachine, emit, setup } from 'xstate';
import { z } from 'zod';
import {
  checkHistory,
  createOrchestrator,
  defineCommand,
  fromCommand,
  type JournalEntry,
  memoryJournal,
  type OrchestratorOptions,
} from '../src/index.ts';
import { check } from './support/contracts.ts';
import { world } from './support/world.ts';

const HOUR = 3_600_000;
const ask = defineCommand('cmd.rules.apply', { input: z.object({}), output: z.object({}) });
const orchestratorOf = (machine: AnyStateMachine, options: Partial<OrchestratorOptions> = {}) =>
  createOrchestrator({ name: 'rules', machines: { '1.0.0': machine }, ...options });

/** A process on a journal, and both ways to check it: `alone` on the machine, `whole` on its orchestrator. */
function recorded(machine: AnyStateMachine, options: Partial<OrchestratorOptions> = {}) {
  const journal = memoryJournal();
  const orchestrator = orchestratorOf(machine, options);
  const entries = async () => {
    const all: JournalEntry[] = [];
    for await (const entry of journal.read('p')) all.push(entry);
    return all;
  };
  return {
    ...world(orchestrator, {}, { journal }),
    journal,
    entries,
    kinds: async () => (await entries()).map(({ input, error }) => input.kind + (error ? '!' : '')),
    alone: (other = machine) => checkHistory(other, journal),
    whole: (other = machine) => checkHistory(orchestratorOf(other, options), journal),
  };
}
const SOUND = { checked: 1, broken: [], unchecked: [] };

/** An action that throws until its fault is mended. */
function faulty() {
  const fault = { is: true };
  const mayFail = () => {
    if (fault.is) throw new Error('a bug');
  };
  return { fault, mayFail };
}

/** A machine whose step `evt.go`, or whose timer, throws for as long as it is told to. */
function fragile() {
  const { fault, mayFail } = faulty();
  const machine = setup({ actions: { mayFail } }).createMachine({
    initial: 'A',
    states: {
      A: {
        on: { 'evt.go': { target: 'B', actions: 'mayFail' }, 'evt.note': { actions: () => {} } },
        after: { [HOUR]: { target: 'B', actions: 'mayFail' } },
      },
      B: { on: { 'evt.end': 'C' } },
      C: { type: 'final' },
    },
  });
  return { fault, machine };
}

/** Asks and waits; a failure has no `onError`. */
const asking = setup({ actors: { check: fromCommand(check, { timeout: '2h' }) } }).createMachine({
  initial: 'Asking',
  states: {
    Asking: {
      invoke: { id: 'check', src: 'check', input: { rule: 'x' }, onDone: 'Asked' },
      on: { 'evt.go': 'Going' },
    },
    Going: { after: { [HOUR]: 'Asked' } },
    Asked: { type: 'final' },
  },
  output: {},
});

describe('checkHistory', () => {
  test('replays an event that failed and was redriven', async () => {
    const { fault, machine } = fragile();
    const w = recorded(machine);
    await w.runner.start({ id: 'p' });
    await w.send('evt.go');
    fault.is = false;
    await w.runner.redrive('p');
    await w.send('evt.end');
    expect(await w.kinds()).toEqual(['start', 'event!', 'redrive', 'event', 'event']);
    expect([await w.alone(), await w.whole()]).toEqual([SOUND, SOUND]);
    fault.is = true;
    expect((await w.alone()).broken).toMatchObject([{ why: 'failed', input: { kind: 'redrive' } }]);
  });

  test('replays an event that failed and then came again by itself', async () => {
    const { fault, machine } = fragile();
    const w = recorded(machine);
    await w.runner.start({ id: 'p' });
    await w.send('evt.go', { id: 'again' });
    fault.is = false;
    await w.send('evt.go', { id: 'again' });
    expect([await w.alone(), await w.whole()]).toEqual([SOUND, SOUND]);
  });

  test('replays a redrive that found nothing to try again', async () => {
    const { machine } = fragile();
    const w = recorded(machine);
    await w.runner.start({ id: 'p' });
    await w.runner.redrive('p');
    await w.send('evt.note');
    expect([await w.alone(), await w.whole()]).toEqual([SOUND, SOUND]);
  });

  test('replays a process that ended in an error and was redriven, and its journal has no hole', async () => {
    const w = recorded(asking);
    await w.runner.start({ id: 'p' });
    await w.fail(w.last('cmd.regulations.check'), { no: 1 });
    await w.runner.redrive('p');
    await w.answer(w.last('cmd.regulations.check'), { passed: true });
    const redrive = (await w.entries()).find(({ input }) => input.kind === 'redrive');
    expect(redrive).toMatchObject({ before: { status: 'error' }, after: { status: 'active' } });
    expect([await w.alone(), await w.whole()]).toEqual([SOUND, SOUND]);
  });

  test.each<[string, number]>([
    ['at its time', HOUR],
    ['long after it, when a timer was due as well', 30 * HOUR],
  ])('replays a deadline that was seen to have passed %s', async (_, late) => {
    const w = recorded(asking, { deadline: '1h', startOn: ask });
    await w.send(ask.type, { data: {} });
    await w.pass(late);
    expect(await w.kinds()).toEqual(['start', 'deadline']);
    expect(w.sent.map(({ type }) => type)).toEqual([check.type, check.cancel, ask.failure]);
    expect([await w.alone(), await w.whole()]).toEqual([SOUND, SOUND]);
  });

  test('replays what happened after a deadline was redriven', async () => {
    const w = recorded(asking, { deadline: '1h' });
    await w.runner.start({ id: 'p' });
    await w.pass(HOUR);
    await w.runner.redrive('p');
    await w.answer(w.last(check.type), { passed: true });
    expect(await w.kinds()).toEqual(['start', 'deadline', 'redrive', 'answer']);
    expect([await w.alone(), await w.whole()]).toEqual([SOUND, SOUND]);
  });

  test('with the machine alone does not judge which of two things came first, the deadline or a timer', async () => {
    const after = (ms: number) => ({ initial: 'A', states: { A: { after: { [ms]: 'B' } }, B: {} } });
    const machine = setup({}).createMachine({
      type: 'parallel',
      states: { one: after(HOUR), two: after(2 * HOUR) },
    });
    const w = recorded(machine, { deadline: '90m' });
    await w.runner.start({ id: 'p' });
    await w.pass(HOUR);
    await w.pass(3 * HOUR);
    expect(await w.kinds()).toEqual(['start', 'timer', 'deadline']);
    expect([await w.alone(), await w.whole()]).toEqual([SOUND, SOUND]);

    const both = recorded(machine, { deadline: '90m' });
    await both.runner.start({ id: 'p' });
    await both.pass(4 * HOUR);
    expect(await both.kinds()).toEqual(['start', 'timer', 'deadline']);
    expect(await both.whole()).toEqual(SOUND);
    expect(await both.alone()).toEqual({
      checked: 0,
      broken: [],
      unchecked: [{ id: 'p', reason: expect.stringContaining('give the orchestrator') }],
    });
  });

  test('replays a process that a command started, whose answer is not the machine’s to give', async () => {
    const w = recorded(asking, { startOn: ask });
    await w.send(ask.type, { data: {} });
    await w.answer(w.last(check.type), { passed: true });
    expect(w.sent.at(-1)).toMatchObject({ type: ask.success });
    expect([await w.alone(), await w.whole()]).toEqual([SOUND, SOUND]);
  });

  test('replays a failure that ended a process a command had started', async () => {
    const w = recorded(asking, { startOn: ask });
    await w.send(ask.type, { data: {} });
    await w.fail(w.last(check.type), {});
    expect(w.sent.at(-1)).toMatchObject({ type: ask.failure });
    expect([await w.alone(), await w.whole()]).toEqual([SOUND, SOUND]);
  });

  test.each<[string, (w: ReturnType<typeof recorded>) => Promise<unknown>]>([
    ['by hand', (w) => w.runner.cancel('p', { reason: 'enough' })],
    ['by whoever started it', (w) => w.send(ask.cancel, { causationid: 'starter' })],
    [
      'in one delivery with the event before',
      (w) =>
        w.runner.handle(
          ['evt.go', ask.cancel].map((type, at) => ({
            ...{ specversion: '1.0', id: `b${at}`, source: '/test', subject: 'p', type },
            causationid: 'starter',
          })),
        ),
    ],
  ])('replays a cancel %s', async (_, cancel) => {
    const w = recorded(asking, { startOn: ask });
    await w.send(ask.type, { id: 'starter', data: {} });
    await cancel(w);
    expect((await w.runner.get('p'))?.status).toBe('cancelled');
    expect([await w.alone(), await w.whole()]).toEqual([SOUND, SOUND]);
  });

  test('finds nothing wrong with a process that was called off before it began', async () => {
    const w = recorded(asking, { startOn: ask });
    await w.send(ask.cancel, { causationid: 'starter' });
    await w.send(ask.type, { id: 'starter', data: {} });
    expect(await w.kinds()).toEqual(['cancel']);
    expect([await w.alone(), await w.whole()]).toEqual([SOUND, SOUND]);
  });

  test('replays a process that began with a signal, and tells when no state takes it any more', async () => {
    const shop = (on: string) =>
      setup({}).createMachine({
        initial: 'Open',
        states: { Open: { on: { [on]: 'Paying' } }, Paying: { on: { 'evt.paid': 'Paid' } }, Paid: {} },
      });
    const w = recorded(shop('evt.added'), { startOrSignal: ['evt.added'] });
    await w.send('evt.added');
    await w.send('evt.paid');
    expect(await w.kinds()).toEqual(['start', 'event', 'event']);
    expect([await w.alone(), await w.whole()]).toEqual([SOUND, SOUND]);
    const deaf = [await w.alone(shop('evt.other')), await w.whole(shop('evt.other'))];
    for (const { broken } of deaf) expect(broken).toMatchObject([{ why: 'unhandled', revision: 1 }]);
  });

  test('replays early events at the moment they were taken, also one that failed then', async () => {
    const { fault, mayFail } = faulty();
    const machine = setup({ actions: { mayFail } }).createMachine({
      initial: 'A',
      states: {
        A: { on: { 'evt.go': 'B' } },
        B: { on: { 'evt.paid': 'C' } },
        C: { on: { 'evt.sent': { target: 'D', actions: 'mayFail' } } },
        D: { type: 'final', entry: emit({ type: 'notif.done' } as never) },
      },
    });
    const w = recorded(machine, { buffer: { 'evt.paid': '1d', 'evt.sent': '1d' } });
    await w.runner.start({ id: 'p' });
    await w.send('evt.sent');
    await w.send('evt.paid');
    await w.send('evt.go');
    expect((await w.runner.get('p'))?.problem?.event?.type).toBe('evt.sent');
    fault.is = false;
    await w.runner.redrive('p');
    expect(await w.runner.get('p')).toMatchObject({ status: 'done', buffered: [] });
    expect(await w.kinds()).toEqual(['start', 'event', 'event', 'event!', 'redrive', 'event']);
    expect([await w.alone(), await w.whole()]).toEqual([SOUND, SOUND]);
  });

  test('replays a timer that failed at first: it waited then, and waits now', async () => {
    const { fault, machine } = fragile();
    const w = recorded(machine);
    await w.runner.start({ id: 'p' });
    await w.pass(HOUR);
    await w.send('evt.note');
    fault.is = false;
    await w.pass(1_000);
    await w.send('evt.end');
    expect(await w.kinds()).toEqual(['start', 'timer!', 'event', 'timer', 'event']);
    expect([await w.alone(), await w.whole()]).toEqual([SOUND, SOUND]);
    fault.is = true;
    expect((await w.alone()).broken).toMatchObject([{ why: 'failed', input: { kind: 'timer' } }]);
  });

  test('says of a timer that fails no more, right after an event, that this cannot be judged', async () => {
    const { fault, mayFail } = faulty();
    const machine = setup({ actions: { mayFail } }).createMachine({
      initial: 'A',
      states: {
        A: { on: { 'evt.go': 'B' } },
        B: { after: { 0: { target: 'C', actions: 'mayFail' } } },
        C: { type: 'final' },
      },
    });
    const w = recorded(machine);
    await w.runner.start({ id: 'p' });
    await w.send('evt.go');
    expect(await w.kinds()).toEqual(['start', 'event', 'timer!']);
    expect([await w.alone(), await w.whole()]).toEqual([SOUND, SOUND]);
    fault.is = false;
    expect(await w.alone()).toMatchObject({
      broken: [],
      unchecked: [{ reason: expect.stringContaining('would not fail now') }],
    });
  });

  test('replays a process whose command was sent again: while it ran, after its end, and after its error', async () => {
    const w = recorded(asking, { startOn: ask, deadline: '10h' });
    const attempt = (id: string) => w.send(ask.type, { id, commandid: 'o/1', data: {} });
    await attempt('o/1');
    await w.pass(2 * HOUR);
    expect((await w.runner.get('p'))?.status).toBe('error');
    await attempt('o/2');
    await attempt('o/3');
    await w.answer(w.last(check.type), { passed: true });
    await attempt('o/4');
    expect(w.sent.filter(({ type }) => type === ask.success).map((sent) => sent['causationid'])).toEqual([
      'o/3',
      'o/4',
    ]);
    expect(await w.kinds()).toEqual(['start', 'timeout', 'start', 'answer']);
    expect([await w.alone(), await w.whole()]).toEqual([SOUND, SOUND]);
  });

  test('replays a cancel that names a later attempt than the one that began', async () => {
    const w = recorded(asking, { startOn: ask });
    await w.send(ask.type, { id: 'o/1', commandid: 'o/1', data: {} });
    await w.send(ask.type, { id: 'o/2', commandid: 'o/1', data: {} });
    await w.send(ask.cancel, { id: 'o/3', causationid: 'o/2' });
    expect(await w.kinds()).toEqual(['start', 'cancel']);
    expect([await w.alone(), await w.whole()]).toEqual([SOUND, SOUND]);
  });

  test('replays each life of a process that was deleted and started again', async () => {
    const w = recorded(asking, { retention: { done: '30d' } });
    for (const _ of ['once', 'twice']) {
      await w.runner.start({ id: 'p' });
      await w.answer(w.last(check.type), { passed: true });
      await w.pass(31 * 24 * HOUR);
      expect(await w.runner.get('p')).toBeUndefined();
    }
    expect(await w.kinds()).toEqual(['start', 'answer', 'start', 'answer']);
    expect([await w.alone(), await w.whole()]).toEqual([SOUND, SOUND]);
  });

  test('with the machine alone names the orchestrator where events are missing that a mapping may have sent', async () => {
    const w = recorded(asking, { onOrchestrationState: { Asking: () => ({ type: 'notif.asking' }) } });
    await w.runner.start({ id: 'p' });
    expect(w.sent.map(({ type }) => type)).toContain('notif.asking');
    expect((await w.whole()).broken).toEqual([]);
    expect((await w.alone()).broken).toMatchObject([
      { why: 'effects', message: expect.stringContaining('orchestrator') },
    ]);
  });
});
