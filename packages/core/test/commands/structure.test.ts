import { expect, test } from 'vitest';
import { assign, enqueueActions, setup, spawnChild } from 'xstate';
import { createOrchestrator, fromCommand, fromEach } from '../../src/index.ts';
import { check, fetchBook } from '../support/contracts.ts';
import { nth, world } from '../support/world.ts';

const books = (machine: Parameters<typeof createOrchestrator>[0]['machines'][string]) =>
  createOrchestrator({ name: 'books', machines: { '1.0.0': machine } });
const idsOf = (events: readonly { id: string; type: string }[]) =>
  events.map(({ id, type }) => `${id} ${type}`);

const parallel = setup({
  types: { context: {} as { passed: string[] } },
  actors: { check: fromCommand(check) },
}).createMachine({
  id: 'parallel',
  context: { passed: [] },
  type: 'parallel',
  states: Object.fromEntries(
    ['left', 'right'].map((rule) => [
      rule,
      {
        initial: 'Checking',
        states: {
          Checking: {
            invoke: {
              src: 'check' as const,
              input: { rule },
              onDone: {
                target: 'Done',
                actions: assign({ passed: ({ context }) => [...context.passed, rule] }),
              },
            },
          },
          Done: { type: 'final' as const },
        },
      },
    ]),
  ),
});

test('in parallel regions each answer completes its own invoke, whatever the order', async () => {
  const { runner, sent, answer } = world(books(parallel));
  await runner.start({ id: 'p' });
  const [left, right] = [nth(sent, 0), nth(sent, 1)];
  expect(idsOf(sent)).toEqual(['p/1 cmd.regulations.check', 'p/2 cmd.regulations.check']);
  await answer(right, { passed: true });
  expect(await runner.get('p')).toMatchObject({
    value: { left: 'Checking', right: 'Done' },
    commands: [{ id: 'p/1', actor: expect.stringContaining('left') }],
  });
  await answer(left, { passed: true });
  expect(await runner.get('p')).toMatchObject({ status: 'done', context: { passed: ['right', 'left'] } });
});

const deep = (
  level: number,
): ReturnType<typeof setup>['createMachine'] extends (...args: never[]) => infer M ? M : never => {
  const actors = level === 0 ? { inner: fromCommand(fetchBook) } : { inner: deep(level - 1) };
  return setup({ actors: actors as never }).createMachine({
    id: `level${level}`,
    initial: 'Working',
    states: {
      Working: {
        invoke: {
          id: 'inner',
          src: 'inner',
          input: { bookId: 'opticks' },
          onDone: { target: 'Done' },
        } as never,
        after: { 1000: 'TooLate' },
      },
      Done: { type: 'final', output: ({ event }) => (event as { output?: unknown }).output },
      TooLate: { type: 'final' },
    },
    output: ({ event }) => (event as { output?: unknown }).output,
  }) as never;
};

test('a command three machines deep survives each save, and its answer rises through all of them', async () => {
  const { runner, answer, last } = world(books(deep(3) as never));
  await runner.start({ id: 'p' });
  expect(await runner.get('p')).toMatchObject({
    commands: [{ actor: 'inner/inner/inner/inner', type: 'cmd.books.fetch' }],
    timers: Array.from({ length: 4 }, () => ({ event: expect.stringContaining('after') })),
  });
  const outcome = await answer(last('cmd.books.fetch'), { pages: ['a'] });
  expect(outcome).toMatchObject({ status: 'applied' });
  expect(await runner.get('p')).toMatchObject({
    status: 'done',
    value: 'Done',
    output: { pages: ['a'] },
    timers: [],
  });
});

test('leaving a state stops the commands of the machines below it', async () => {
  const inner = setup({ actors: { check: fromCommand(check, { cancel: true }) } }).createMachine({
    initial: 'Checking',
    states: { Checking: { invoke: { src: 'check', input: { rule: 'deep' } } } },
  });
  const outer = setup({ actors: { inner } }).createMachine({
    initial: 'Working',
    states: {
      Working: { invoke: { src: 'inner' }, on: { 'evt.stop': 'Stopped' } },
      Stopped: { on: { x: 'Stopped' } },
    },
  });
  const { runner, send, last } = world(books(outer as never));
  await runner.start({ id: 'p' });
  await send('evt.stop');
  expect(last('cmd.regulations.check.cancel')).toMatchObject({ causationid: 'p/1' });
  expect(await runner.get('p')).toMatchObject({ value: 'Stopped', commands: [] });
});

test('re-entering a state sends its command anew, and only the new one is answered', async () => {
  const machine = setup({ actors: { fetchBook: fromCommand(fetchBook, { cancel: true }) } }).createMachine({
    initial: 'Fetching',
    states: {
      Fetching: {
        invoke: { src: 'fetchBook', input: { bookId: 'a' }, onDone: 'Done' },
        on: { 'evt.again': { target: 'Fetching', reenter: true } },
      },
      Done: { type: 'final' },
    },
  });
  const { runner, sent, send, answer } = world(books(machine as never));
  await runner.start({ id: 'p' });
  await send('evt.again');
  expect(idsOf(sent)).toEqual(['p/1 cmd.books.fetch', 'p/2 cmd.books.fetch.cancel', 'p/3 cmd.books.fetch']);
  expect(await answer(nth(sent, 0), { pages: [] })).toMatchObject({ status: 'unhandled' });
  expect(await answer(nth(sent, 2), { pages: [] })).toMatchObject({ status: 'applied' });
  expect(await runner.get('p')).toMatchObject({ status: 'done' });
});

test('spawned commands of one type are told apart', async () => {
  const machine = setup({
    types: { context: {} as { done: string[] } },
    actors: { check: fromCommand(check) },
  }).createMachine({
    context: { done: [] },
    entry: ['a', 'b', 'c'].map((id) => spawnChild('check', { id, input: { rule: id } })),
    on: {
      'xstate.done.actor.*': {
        actions: assign({
          done: ({ context, event }) => [...context.done, (event as unknown as { actorId: string }).actorId],
        }),
      },
    },
    always: { guard: ({ context }) => context.done.length === 3, target: '.Done' },
    initial: 'Waiting',
    states: { Waiting: {}, Done: { type: 'final' } },
  });
  const { runner, sent, answer } = world(books(machine as never));
  await runner.start({ id: 'p' });
  expect(sent.map(({ data }) => data)).toEqual([{ rule: 'a' }, { rule: 'b' }, { rule: 'c' }]);
  for (const at of [2, 0, 1]) await answer(nth(sent, at), { passed: true });
  expect(await runner.get('p')).toMatchObject({ status: 'done', context: { done: ['c', 'a', 'b'] } });
});

const each = (limit?: number) =>
  setup({
    types: { context: {} as { results: unknown }, input: {} as { rules: string[] } },
    actors: { checkAll: fromEach(fromCommand(check), limit === undefined ? {} : { limit }) },
  }).createMachine({
    id: 'each',
    context: ({ input }) => ({ results: null, rules: input.rules }) as { results: unknown },
    initial: 'Checking',
    states: {
      Checking: {
        invoke: {
          src: 'checkAll',
          input: ({ event }) =>
            (event as unknown as { input: { rules: string[] } }).input.rules.map((rule) => ({ rule })),
          onDone: { target: 'Done', actions: assign({ results: ({ event }) => event.output }) },
        },
      },
      Done: { type: 'final' },
    },
  });

test('a list of commands runs at most so many at once and collects results and failures in its own order', async () => {
  const { runner, sent, answer, fail } = world(books(each(2) as never));
  await runner.start({ id: 'p', input: { rules: ['a', 'b', 'c', 'd', 'e'] } });
  expect(sent).toHaveLength(2);
  await answer(nth(sent, 1), { passed: true });
  expect(sent).toHaveLength(3);
  await fail(nth(sent, 2), { why: 'no' });
  await answer(nth(sent, 0), { passed: false });
  expect(sent.map(({ data }) => (data as { rule: string }).rule)).toEqual(['a', 'b', 'c', 'd', 'e']);
  await answer(nth(sent, 4), { passed: true });
  expect((await runner.get('p'))?.status).toBe('active');
  await answer(nth(sent, 3), { passed: true });
  expect(await runner.get('p')).toMatchObject({
    status: 'done',
    context: {
      results: [
        { status: 'done', output: { passed: false } },
        { status: 'done', output: { passed: true } },
        {
          status: 'error',
          error: { kind: 'answered', command: 'cmd.regulations.check', data: { why: 'no' } },
        },
        { status: 'done', output: { passed: true } },
        { status: 'done', output: { passed: true } },
      ],
    },
  });
});

test('an empty list is done at once', async () => {
  const { runner, sent } = world(books(each() as never));
  await runner.start({ id: 'p', input: { rules: [] } });
  expect(sent).toEqual([]);
  expect(await runner.get('p')).toMatchObject({ status: 'done', context: { results: [] } });
});

test('a child machine for each item works like a command for each', async () => {
  const child = setup({
    types: { input: {} as { rule: string } },
    actors: { check: fromCommand(check) },
  }).createMachine({
    context: ({ input }) => ({ rule: input.rule }),
    initial: 'Checking',
    states: {
      Checking: {
        invoke: {
          src: 'check',
          input: ({ context }) => ({ rule: (context as { rule: string }).rule }),
          onDone: 'Done',
        },
      },
      Done: { type: 'final' },
    },
    output: ({ context }) => (context as { rule: string }).rule.toUpperCase(),
  });
  const machine = setup({ actors: { all: fromEach(child, { limit: 1 }) } }).createMachine({
    initial: 'Working',
    states: {
      Working: { invoke: { src: 'all', input: [{ rule: 'a' }, { rule: 'b' }], onDone: 'Done' } },
      Done: { type: 'final', output: ({ event }) => (event as { output?: unknown }).output },
    },
    output: ({ event }) => (event as { output?: unknown }).output,
  });
  const { runner, sent, answer } = world(books(machine as never));
  await runner.start({ id: 'p' });
  await answer(nth(sent, 0), { passed: true });
  await answer(nth(sent, 1), { passed: true });
  expect(await runner.get('p')).toMatchObject({
    output: [
      { status: 'done', output: 'A' },
      { status: 'done', output: 'B' },
    ],
  });
});

test('a child that enqueues commands while it is left sends none of them', async () => {
  const machine = setup({ actors: { check: fromCommand(check) } }).createMachine({
    initial: 'A',
    states: {
      A: { on: { 'evt.go': 'B' } },
      B: {
        entry: enqueueActions(({ enqueue }) => {
          enqueue.spawnChild('check', { id: 'short', input: { rule: 'x' } });
          enqueue.stopChild('short');
        }),
      },
    },
  });
  const { runner, sent, send } = world(books(machine as never));
  await runner.start({ id: 'p' });
  await send('evt.go');
  expect(sent).toEqual([]);
  expect(await runner.get('p')).toMatchObject({ value: 'B', commands: [] });
});
