import { expect, test } from 'vitest';
import { assign, createActor, emit, setup } from 'xstate';
import { z } from 'zod';
import {
  createCloudEvent,
  createCloudOrchestrationActor,
  createOrchestrator,
  defineEvent,
  failureOf,
  fromCommand,
  memoryStore,
  orchestrateCloudEvents,
  PersistableActor,
} from '../../src/index.ts';
import { check, fetchBook } from '../support/contracts.ts';
import { world } from '../support/world.ts';

const reader = (actor = fromCommand(fetchBook)) =>
  setup({
    types: { context: {} as { pages: number; reason: string }, input: {} as { bookId: string } },
    actors: { fetchBook: actor },
  }).createMachine({
    id: 'reader',
    context: { pages: 0, reason: '' },
    initial: 'Fetching',
    states: {
      Fetching: {
        invoke: {
          src: 'fetchBook',
          input: { bookId: 'opticks' },
          onDone: { target: 'Done', actions: assign({ pages: ({ event }) => event.output.pages.length }) },
          onError: {
            target: 'Failed',
            actions: assign({
              reason: ({ event }) => failureOf(fetchBook, event).data?.reason ?? 'no answer',
            }),
          },
        },
        on: { 'evt.reader.left': 'Left' },
      },
      Left: { on: { 'evt.reader.back': 'Fetching' } },
      Done: { type: 'final' },
      Failed: { type: 'final' },
    },
  });
const books = (machine = reader()) => createOrchestrator({ name: 'reader', machines: { '1.0.0': machine } });

test('entering the state sends the command, and its answer completes the invoke with the typed output', async () => {
  const { runner, sent, answer, last } = world(books());
  await runner.start({ id: 'p' });
  expect(sent).toMatchObject([
    { id: 'p/1', type: 'cmd.books.fetch', subject: 'p', data: { bookId: 'opticks' }, replyto: 'p' },
  ]);
  expect(await answer(last('cmd.books.fetch'), { pages: ['a', 'b'] })).toMatchObject({ status: 'applied' });
  expect(await runner.get('p')).toMatchObject({
    status: 'done',
    value: 'Done',
    context: { pages: 2 },
    commands: [],
  });
  expect(sent).toHaveLength(1);
});

test('an error answer takes onError, with the data its contract names', async () => {
  const { runner, fail, last } = world(books());
  await runner.start({ id: 'p' });
  await fail(last('cmd.books.fetch'), { reason: 'burnt' });
  expect(await runner.get('p')).toMatchObject({ value: 'Failed', context: { reason: 'burnt' } });
});

test('an answer without a causationid answers the oldest command that waits for its type', async () => {
  const { runner, send } = world(books());
  await runner.start({ id: 'p' });
  await send('evt.books.fetch.success', { data: { pages: ['a'] } });
  expect(await runner.get('p')).toMatchObject({ value: 'Done' });
});

test('an answer that breaks its contract is rejected, and a right one is still taken', async () => {
  const { runner, answer, last } = world(books());
  await runner.start({ id: 'p' });
  const wrong = await answer(last('cmd.books.fetch'), { pages: 'none' });
  expect(wrong).toMatchObject({ status: 'rejected', error: { code: 'XORCA_INVALID_EVENT' } });
  expect(wrong.error?.message).toContain('data.pages');
  expect(await answer(last('cmd.books.fetch'), { pages: [] })).toMatchObject({ status: 'applied' });
});

test('late, duplicate and foreign answers are ignored, each with its reason', async () => {
  const { runner, send, answer, last } = world(books());
  await runner.start({ id: 'p' });
  const command = last('cmd.books.fetch');
  const foreign = await send('evt.books.fetch.success', { causationid: 'other/1', data: { pages: [] } });
  expect(foreign).toMatchObject({ status: 'unhandled', reason: expect.stringContaining('nothing waits') });
  await send('evt.reader.left');
  const late = await answer(command, { pages: [] });
  expect(late).toMatchObject({ status: 'unhandled', reason: expect.stringContaining('p/1') });
  await send('evt.reader.back');
  expect(last('cmd.books.fetch').id).toBe('p/2');
  expect(await answer(command, { pages: [] })).toMatchObject({ status: 'unhandled' });
  expect(await runner.get('p')).toMatchObject({ value: 'Fetching', commands: [{ id: 'p/2' }] });
  await answer(last('cmd.books.fetch'), { pages: [] }, 'the answer');
  const again = await answer(last('cmd.books.fetch'), { pages: [] }, 'the answer');
  expect(again).toMatchObject({ status: 'duplicate' });
});

test('leaving the state calls the command off only where that is asked for', async () => {
  const quiet = world(books());
  await quiet.runner.start({ id: 'p' });
  await quiet.send('evt.reader.left');
  expect(quiet.sent.map(({ type }) => type)).toEqual(['cmd.books.fetch']);
  const loud = world(books(reader(fromCommand(fetchBook, { cancel: true }))));
  await loud.runner.start({ id: 'p' });
  await loud.send('evt.reader.left');
  expect(loud.last('cmd.books.fetch.cancel')).toMatchObject({ causationid: 'p/1', subject: 'p', id: 'p/2' });
});

test('a command that breaks its own contract fails the step, and nothing is sent', async () => {
  const machine = setup({ actors: { fetchBook: fromCommand(fetchBook) } }).createMachine({
    initial: 'Fetching',
    states: { Fetching: { invoke: { src: 'fetchBook', input: { bookId: 7 as unknown as string } } } },
  });
  const { runner, sent } = world(books(machine as never));
  const outcome = await runner.start({ id: 'p' });
  expect(outcome).toMatchObject({ status: 'failed', error: { code: 'XORCA_CONTRACT' } });
  expect(outcome.error?.message).toContain('data.bookId');
  expect(sent).toEqual([]);
  expect(await runner.get('p')).toBeUndefined();
});

test('commands keep their place among what a step emits', async () => {
  const machine = setup({
    types: { emitted: {} as { type: string } },
    actors: { fetchBook: fromCommand(fetchBook), check: fromCommand(check) },
  }).createMachine({
    type: 'parallel',
    states: {
      A: {
        entry: ({ self: _ }) => {},
        invoke: { src: 'fetchBook', input: { bookId: 'a' } },
        initial: 'One',
        states: { One: {} },
      },
      B: { invoke: { src: 'check', input: { rule: 'b' } } },
    },
  });
  const { runner, sent } = world(books(machine as never));
  await runner.start({ id: 'p' });
  expect(sent.map(({ id, type }) => `${id} ${type}`)).toEqual([
    'p/1 cmd.books.fetch',
    'p/2 cmd.regulations.check',
  ]);
});

test('a state that is only passed through sends nothing', async () => {
  const machine = setup({ actors: { fetchBook: fromCommand(fetchBook, { cancel: true }) } }).createMachine({
    initial: 'Through',
    states: {
      Through: { invoke: { src: 'fetchBook', input: { bookId: 'a' } }, always: 'There' },
      There: { on: { 'evt.go': 'Done' } },
      Done: { type: 'final' },
    },
  });
  const { runner, sent } = world(books(machine as never));
  await runner.start({ id: 'p' });
  expect(sent).toEqual([]);
  expect(await runner.get('p')).toMatchObject({ value: 'There', commands: [] });
});

test('a failure that no onError takes ends the process, with the reason, and a redrive asks again', async () => {
  const machine = setup({ actors: { fetchBook: fromCommand(fetchBook) } }).createMachine({
    initial: 'Fetching',
    states: {
      Fetching: { invoke: { src: 'fetchBook', input: { bookId: 'a' }, onDone: 'Done' } },
      Done: { type: 'final' },
    },
  });
  const { runner, fail, answer, last, sent } = world(books(machine as never));
  await runner.start({ id: 'p' });
  expect(await fail(last('cmd.books.fetch'), { reason: 'burnt' })).toMatchObject({ status: 'applied' });
  expect(await runner.get('p')).toMatchObject({
    status: 'error',
    value: 'Fetching',
    stuck: true,
    failure: { code: 'XORCA_COMMAND', data: { reason: 'burnt' } },
  });
  expect(await runner.redrive('p')).toMatchObject({
    status: 'active',
    commands: [{ attempt: 1, id: 'p/2' }],
  });
  expect(sent.map(({ id }) => id)).toEqual(['p/1', 'p/2']);
  await answer(last('cmd.books.fetch'), { pages: [] });
  expect(await runner.get('p')).toMatchObject({ status: 'done', stuck: false });
});

test('an answer to another orchestrator of the same process id is foreign', async () => {
  const { runner, send } = world(books());
  await runner.start({ id: 'p' });
  const answer = { causationid: 'p/1', data: { pages: [] } };
  expect(await send('evt.books.fetch.success', { ...answer, causationsource: '/orch/other' })).toMatchObject({
    status: 'unhandled',
    reason: expect.stringContaining('/orch/other'),
  });
  expect(await send('evt.books.fetch.success', { ...answer, causationsource: '/orch/reader' })).toMatchObject(
    {
      status: 'applied',
    },
  );
});

test('an answer to what was sent under a former source is still taken', async () => {
  const before = createOrchestrator({ name: 'reader', source: '/old', machines: { '1.0.0': reader() } });
  const w = world(before);
  await w.runner.start({ id: 'p' });
  const after = w.deploy(
    createOrchestrator({ name: 'reader', source: '/new', machines: { '1.0.0': reader() } }),
  );
  await after.send('evt.reader.left');
  await after.send('evt.reader.back');
  const command = w.last('cmd.books.fetch');
  expect(command).toMatchObject({ id: 'p/2', source: '/new' });
  const answer = { causationid: 'p/2', data: { pages: [] } };
  expect(await after.send('evt.books.fetch.success', { ...answer, causationsource: '/other' })).toMatchObject(
    {
      status: 'unhandled',
    },
  );
  expect(await after.send('evt.books.fetch.success', { ...answer, causationsource: '/old' })).toMatchObject({
    status: 'applied',
  });
});

test('layers that keep no commands refuse a machine that sends some', async () => {
  const machine = reader();
  const persistable = new PersistableActor({
    id: 'p',
    storage: memoryStore(),
    actorCreator: (id, snapshot) => createActor(machine, { id, ...(snapshot ? { snapshot } : {}) } as never),
  });
  await expect(persistable.init()).rejects.toMatchObject({ code: 'XORCA_CONFIG', processId: 'p' });
  expect(() => createCloudOrchestrationActor(machine, { id: 'p' })).toThrow(/createRunner/);
});

test('orchestrateCloudEvents sends commands and takes their answers', async () => {
  const storage = memoryStore();
  const input = { statemachine: { version: '1', logic: reader() }, storage };
  const { eventsToEmit } = await orchestrateCloudEvents(input, [], [{ subject: 'p' }]);
  expect(eventsToEmit).toMatchObject([{ type: 'cmd.books.fetch', id: 'p/1' }]);
  const answer = createCloudEvent({
    type: 'evt.books.fetch.success',
    source: '/books',
    subject: 'p',
    causationid: 'p/1',
    data: { pages: ['a'] },
  });
  const { outcomes, processIdContext } = await orchestrateCloudEvents(input, [answer]);
  expect(outcomes).toMatchObject([{ status: 'applied' }]);
  expect(processIdContext).toMatchObject({ p: { pages: 1 } });
});

test('what a machine emits is held against its contract too', async () => {
  const told = defineEvent('notif.told', { data: z.object({ count: z.number() }) });
  const machine = setup({ types: { emitted: {} as { type: string; data: unknown } } }).createMachine({
    on: {
      'evt.right': { actions: emit({ type: 'notif.told', data: { count: 1 } }) },
      'evt.wrong': { actions: emit({ type: 'notif.told', data: { count: 'many' } }) },
    },
  });
  const { runner, send, sent } = world(
    createOrchestrator({ name: 'telling', machines: { '1': machine }, events: [told] }),
  );
  await runner.start({ id: 'p' });
  expect(await send('evt.wrong')).toMatchObject({ status: 'failed', error: { code: 'XORCA_CONTRACT' } });
  expect(await send('evt.right')).toMatchObject({ status: 'applied' });
  expect(sent.map(({ data }) => data)).toEqual([{ count: 1 }]);
});
