import * as v from 'valibot';
import { assign, emit, setup, spawnChild } from 'xstate';
import { z } from 'zod';
import {
  type CommandFailure,
  defineCommand,
  defineEvent,
  type EachResult,
  type EmittedOf,
  type EventOf,
  failureOf,
  fromCommand,
  fromEach,
} from '../../src/index.ts';

// Compiled, never run: each mistake below must be a compile error, and each type exactly what the contract says.
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const is = <Claim extends true>(): Claim | undefined => undefined;

const fetchBook = defineCommand('cmd.books.fetch', {
  input: z.object({ bookId: z.string(), limit: z.number().default(10) }),
  output: z.object({ pages: z.array(z.string()), at: z.coerce.number() }),
  error: z.object({ reason: z.enum(['burnt', 'lost']) }),
});
export const byValibot = defineCommand('cmd.books.count', {
  input: v.object({ bookId: v.string() }),
  output: v.object({ pages: v.number() }),
});
// @ts-expect-error a command's type begins with cmd.
export const notACommand = defineCommand('evt.books.fetch', { input: z.object({}), output: z.object({}) });
// @ts-expect-error a command says what comes back
export const noOutput = defineCommand('cmd.books.fetch', { input: z.object({}) });
export const misspelt = defineCommand('cmd.books.fetch', {
  input: z.object({}),
  output: z.object({}),
  // @ts-expect-error an option that is none
  ouput: z.object({}),
});
export const options = fromCommand(fetchBook, {
  timeout: '30s',
  retry: { attempts: 3, when: (failure) => failure.data?.reason === 'lost' },
});
// @ts-expect-error a span that is none
export const badSpan = fromCommand(fetchBook, { timeout: '30 seconds' });
export const badReason = fromCommand(fetchBook, {
  // @ts-expect-error the error has no such reason
  retry: { attempts: 3, when: ({ data }) => data?.reason === 'gone' },
});

const base = setup({
  types: { context: {} as { bookId: string; pages: string[]; reason: string } },
  actors: {
    fetchBook: fromCommand(fetchBook),
    count: fromCommand(byValibot),
    fetchAll: fromEach(fromCommand(fetchBook), { limit: 4 }),
  },
});
const context = { bookId: 'opticks', pages: [], reason: '' };

export const right = base.createMachine({
  context,
  initial: 'Fetching',
  states: {
    Fetching: {
      invoke: {
        src: 'fetchBook',
        // What has a default need not be said.
        input: ({ context: { bookId } }) => ({ bookId }),
        onDone: {
          actions: assign({
            pages: ({ event }) => {
              is<Same<typeof event.output, { pages: string[]; at: number }>>();
              return event.output.pages;
            },
          }),
        },
        onError: {
          actions: assign({
            reason: ({ event }) => {
              const failure = failureOf(fetchBook, event);
              is<Same<typeof failure, CommandFailure<{ reason: 'burnt' | 'lost' }>>>();
              return failure.kind === 'answered' ? failure.data.reason : failure.kind;
            },
          }),
        },
      },
    },
    Many: {
      invoke: {
        src: 'fetchAll',
        input: [{ bookId: 'a' }, { bookId: 'b', limit: 2 }],
        onDone: {
          actions: ({ event }) => {
            is<Same<typeof event.output, ReadonlyArray<EachResult<{ pages: string[]; at: number }>>>>();
          },
        },
      },
    },
    Spawning: { entry: spawnChild('count', { id: 'c', input: { bookId: 'a' } }) },
  },
});

export const wrongInput = base.createMachine({
  context,
  // @ts-expect-error bookId is a text
  invoke: { src: 'fetchBook', input: { bookId: 7 } },
});
export const wrongInputByFunction = base.createMachine({
  context,
  // @ts-expect-error bookId is a text
  invoke: { src: 'fetchBook', input: ({ context: { pages } }) => ({ bookId: pages.length }) },
});
export const wrongItemsByFunction = base.createMachine({
  context,
  // @ts-expect-error each bookId is a text
  invoke: { src: 'fetchAll', input: ({ context: { pages } }) => pages.map((_, bookId) => ({ bookId })) },
});
export const wrongSpawnedInput = base.createMachine({
  context,
  // @ts-expect-error bookId is a text
  entry: spawnChild('count', { id: 'c', input: { bookId: 7 } }),
});
export const wrongSpawnedInputByFunction = base.createMachine({
  context,
  // @ts-expect-error bookId is a text
  entry: spawnChild('count', { id: 'c', input: ({ context: { pages } }) => ({ bookId: pages.length }) }),
});
export const missingInput = base.createMachine({
  context,
  // @ts-expect-error the input is missing
  invoke: { src: 'fetchBook' },
});
export const unknownSource = base.createMachine({
  context,
  // @ts-expect-error there is no such actor
  invoke: { src: 'fetchBok', input: { bookId: 'opticks' } },
});
export const wrongItems = base.createMachine({
  context,
  // @ts-expect-error a list is wanted
  invoke: { src: 'fetchAll', input: { bookId: 'opticks' } },
});
export const wrongOutput = base.createMachine({
  context,
  invoke: {
    src: 'fetchBook',
    input: { bookId: 'opticks' },
    // @ts-expect-error the output has no such part
    onDone: { actions: assign({ pages: ({ event }) => event.output.sheets }) },
  },
});

const approval = defineEvent('evt.approval.given', { data: z.object({ by: z.string() }) });
const done = defineEvent('notif.done', { data: z.object({ count: z.number().default(0) }) });
is<Same<EventOf<typeof approval>['type'], 'evt.approval.given'>>();
is<Same<EventOf<typeof approval>['data'], { by: string }>>();
is<Same<EmittedOf<typeof done>['data'], { count?: number | undefined }>>();

const typed = setup({
  types: {
    context: {} as { by: string },
    events: {} as EventOf<typeof approval>,
    emitted: {} as EmittedOf<typeof done>,
  },
});
export const approving = typed.createMachine({
  context: { by: '' },
  on: { 'evt.approval.given': { actions: assign({ by: ({ event }) => event.data.by }) } },
});
export const wrongEvent = typed.createMachine({
  context: { by: '' },
  // @ts-expect-error the event carries no such data
  on: { 'evt.approval.given': { actions: assign({ by: ({ event }) => event.data.whom }) } },
});
export const wrongEmit = typed.createMachine({
  context: { by: '' },
  // @ts-expect-error count is a number
  entry: emit({ type: 'notif.done', data: { count: 'one' } }),
});
export const wrongEmitByFunction = typed.createMachine({
  context: { by: '' },
  // @ts-expect-error count is a number
  entry: emit(({ context: { by } }) => ({ type: 'notif.done' as const, data: { count: by } })),
});
export const emitWithoutData = typed.createMachine({
  context: { by: '' },
  // @ts-expect-error the contract has data
  entry: emit({ type: 'notif.done' }),
});
export const emitUnknown = typed.createMachine({
  context: { by: '' },
  // @ts-expect-error no such event was declared
  entry: emit({ type: 'notif.dome', data: { count: 1 } }),
});
