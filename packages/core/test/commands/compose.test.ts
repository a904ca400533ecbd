import { expect, test } from 'vitest';
import { assign, setup } from 'xstate';
import { z } from 'zod';
import {
  type CloudEvent,
  type CommandFailure,
  createOrchestrator,
  createRunner,
  defineCommand,
  failureOf,
  fromCommand,
  memoryPublisher,
  memoryStore,
  type OrchestratorOptions,
} from '../../src/index.ts';
import { fetchBook } from '../support/contracts.ts';
import { nth, world } from '../support/world.ts';

const summarise = defineCommand('cmd.books.summarise', {
  input: z.object({ bookId: z.string() }),
  output: z.object({ pages: z.number() }),
  error: z.object({ reason: z.string() }),
});

const service = (options: Partial<OrchestratorOptions> = {}) =>
  createOrchestrator({
    name: 'books.summary',
    startOn: summarise,
    machines: {
      '1.0.0': setup({
        types: { input: {} as { bookId: string }, context: {} as { bookId: string; pages: number } },
        actors: { fetchBook: fromCommand(fetchBook) },
      }).createMachine({
        context: ({ input }) => ({ bookId: input.bookId, pages: 0 }),
        initial: 'Fetching',
        states: {
          Fetching: {
            invoke: {
              src: 'fetchBook',
              input: ({ context }) => ({ bookId: context.bookId }),
              onDone: {
                target: 'Done',
                actions: assign({ pages: ({ event }) => event.output.pages.length }),
              },
            },
          },
          Done: { type: 'final' },
        },
        output: ({ context }) => ({ pages: context.pages }),
      }),
    },
    ...options,
  });

const reasonOf = (failure: CommandFailure<{ reason: string }>) =>
  failure.kind === 'ended' ? failure.code : (failure.data?.reason ?? failure.kind);

const caller = createOrchestrator({
  name: 'library',
  machines: {
    '1.0.0': setup({
      types: { context: {} as { pages: number; reason: string } },
      actors: { summarise: fromCommand(summarise) },
    }).createMachine({
      context: { pages: 0, reason: '' },
      initial: 'Asking',
      states: {
        Asking: {
          invoke: {
            src: 'summarise',
            input: { bookId: 'opticks' },
            onDone: { target: 'Done', actions: assign({ pages: ({ event }) => event.output.pages }) },
            onError: {
              target: 'Failed',
              actions: assign({ reason: ({ event }) => reasonOf(failureOf(summarise, event)) }),
            },
          },
        },
        Done: { type: 'final' },
        Failed: { type: 'final' },
      },
    }),
  },
});

/** Both orchestrators on one store and one bus: everything sent is offered to both. */
function both(options: Partial<OrchestratorOptions> = {}) {
  const store = memoryStore();
  const publisher = memoryPublisher();
  const library = createRunner(caller, { store, publisher });
  const books = createRunner(service(options), { store, publisher });
  let handed = 0;
  return {
    store,
    sent: publisher.published as readonly CloudEvent[],
    library,
    books,
    /** Until nothing new is sent. */
    async settle() {
      while (handed < publisher.published.length) {
        const event = publisher.published[handed++];
        for (const runner of [library, books]) await runner.handle([event]);
      }
    },
  };
}

test('an orchestrator is a service of another: its process is named by the command, and answers with its output', async () => {
  const { library, books, sent, settle } = both();
  await library.start({ id: 'p' });
  await settle();
  const [asked, fetch] = [nth(sent, 0), nth(sent, 1)];
  expect(fetch).toMatchObject({ type: 'cmd.books.fetch', subject: `${asked.id}@/orch/library` });
  expect(await books.get(`${asked.id}@/orch/library`)).toMatchObject({
    startedBy: { command: 'p/1', subject: 'p' },
  });
  await books.handle([
    {
      specversion: '1.0',
      id: 'a',
      source: '/books',
      type: 'evt.books.fetch.success',
      subject: fetch.subject,
      causationid: fetch.id,
      data: { pages: ['x', 'y'] },
    },
  ]);
  await settle();
  expect(sent.at(-1)).toMatchObject({
    type: 'evt.books.summarise.success',
    subject: 'p',
    causationid: 'p/1',
    data: { pages: 2 },
  });
  expect(await library.get('p')).toMatchObject({ status: 'done', context: { pages: 2 } });
});

test('a process that ends in an error answers with one that fits the contract', async () => {
  const { library, books, sent, settle } = both();
  await library.start({ id: 'p' });
  await settle();
  const fetch = nth(sent, 1);
  await books.handle([
    {
      specversion: '1.0',
      id: 'a',
      source: '/books',
      type: 'evt.books.fetch.error',
      subject: fetch.subject,
      causationid: fetch.id,
      data: { reason: 'burnt' },
    },
  ]);
  await settle();
  expect(await books.get('p/1@/orch/library')).toMatchObject({ status: 'error' });
  expect(await library.get('p')).toMatchObject({
    status: 'done',
    value: 'Failed',
    context: { reason: 'burnt' },
  });
});

test('a process whose end its contract has no data for says the reason, and the starter hears it', async () => {
  const late = both({ deadline: 1 });
  await late.library.start({ id: 'p' });
  await late.settle();
  await new Promise((resolve) => setTimeout(resolve, 3));
  await late.books.wake();
  expect(await late.books.get('p/1@/orch/library')).toMatchObject({ status: 'error' });
  await late.settle();
  expect(await late.library.get('p')).toMatchObject({
    value: 'Failed',
    context: { reason: 'XORCA_DEADLINE_PASSED' },
  });
});

test('the error of an ended process can be made to fit; of one that does not fit the bare reason is told', async () => {
  for (const [onFailure, expected] of [
    [() => ({ reason: 'too slow' }), { value: 'Failed', context: { reason: 'too slow' } }],
    [() => ({ reason: 7 }), { value: 'Failed', context: { reason: 'XORCA_DEADLINE_PASSED' } }],
    [
      () => {
        throw new Error('a typo');
      },
      { value: 'Failed', context: { reason: 'XORCA_DEADLINE_PASSED' } },
    ],
  ] as const) {
    const late = both({ deadline: 1, onFailure });
    await late.library.start({ id: 'p' });
    await late.settle();
    await new Promise((resolve) => setTimeout(resolve, 3));
    await late.books.wake();
    await late.settle();
    expect(await late.library.get('p')).toMatchObject(expected);
  }
});

test('cancelling a parent cancels its children, and theirs', async () => {
  const { library, books, sent, settle } = both();
  await library.start({ id: 'p' });
  await settle();
  expect(await library.cancel('p', { reason: 'by its customer' })).toMatchObject({
    status: 'cancelled',
    failure: { code: 'XORCA_CANCELLED', message: expect.stringContaining('by its customer') },
    commands: [],
  });
  await settle();
  expect(await books.get('p/1@/orch/library')).toMatchObject({ status: 'cancelled' });
  expect(sent.map(({ type, causationid }) => [type, causationid])).toEqual([
    ['cmd.books.summarise', undefined],
    ['cmd.books.fetch', undefined],
    ['cmd.books.summarise.cancel', 'p/1'],
    ['cmd.books.fetch.cancel', 'p/1@/orch/library/1'],
  ]);
  expect(await library.cancel('p')).toMatchObject({ status: 'cancelled' });
});

test('a command from outside starts a process under its own subject, and is answered there', async () => {
  const w = world(service());
  await w.send('cmd.books.summarise', { id: 'from outside', data: { bookId: 'opticks' } });
  await w.answer(w.last('cmd.books.fetch'), { pages: [] });
  expect(w.sent.at(-1)).toMatchObject({
    type: 'evt.books.summarise.success',
    subject: 'p',
    causationid: 'from outside',
  });
  expect(await w.send('cmd.books.summarise', { data: { bookId: 7 } })).toMatchObject({ status: 'rejected' });
});

test('a process started by hand answers nobody', async () => {
  const w = world(service());
  await w.runner.start({ id: 'p', input: { bookId: 'opticks' } });
  await w.answer(w.last('cmd.books.fetch'), { pages: [] });
  expect(w.sent.map(({ type }) => type)).toEqual(['cmd.books.fetch']);
});

test('an output that breaks the contract fails the last step, and nothing is decided', async () => {
  const wrong = setup({}).createMachine({
    initial: 'A',
    states: { A: { on: { 'evt.go': 'B' } }, B: { type: 'final' } },
    output: { pages: 'many' },
  });
  const w = world(service({ machines: { '1.0.0': wrong } }));
  await w.send('cmd.books.summarise', { data: { bookId: 'opticks' } });
  expect(await w.send('evt.go')).toMatchObject({ status: 'failed', error: { code: 'XORCA_CONTRACT' } });
  expect(await w.runner.get('p')).toMatchObject({ status: 'active', value: 'A', stuck: true });
  expect(w.sent).toEqual([]);
});

test('a command that is called off before it comes starts nothing', async () => {
  const w = world(service());
  const command = { id: 'q/1', subject: 'q', replyto: 'q', data: { bookId: 'opticks' } };
  const off = { subject: 'q', replyto: 'q', causationid: 'q/1' };
  expect(await w.send('cmd.books.summarise.cancel', off)).toMatchObject({ status: 'applied' });
  expect(await w.send('cmd.books.summarise', command)).toMatchObject({
    status: 'unhandled',
    reason: expect.stringContaining('cancelled'),
  });
  expect(await w.runner.get('q/1@/test')).toMatchObject({ status: 'cancelled', states: [], commands: [] });
  expect(w.sent).toEqual([]);
});
