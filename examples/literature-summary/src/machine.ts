import { type EmittedOf, failureOf, fromCommand } from '@xorca/core';
import { assign, emit, setup } from 'xstate';
import { checkCompliant, checkGrounded, fetchBook, summariseBook } from './fleet/contracts.ts';
import type { SummaryContext, summaryDone, summaryFailed, summaryRejected } from './summary.ts';

/** Fetch a book, summarise it, check the summary twice at once, publish it if both checks are content. */
export const summaryMachine = setup({
  types: {
    context: {} as SummaryContext,
    input: {} as { readonly bookId: string },
    emitted: {} as EmittedOf<typeof summaryDone | typeof summaryRejected | typeof summaryFailed>,
  },
  // Without a timeout: the program may be stopped for days between a command and its answer. See order-saga for such.
  actors: {
    fetchBook: fromCommand(fetchBook),
    summariseBook: fromCommand(summariseBook),
    checkGrounded: fromCommand(checkGrounded),
    checkCompliant: fromCommand(checkCompliant),
  },
  guards: {
    passed: ({ context }) => context.grounded?.grounded === true && context.compliant?.compliant === true,
  },
}).createMachine({
  id: 'literature-summary',
  context: ({ input }) => ({ bookId: input.bookId, title: '', pages: [], sentences: [] }),
  initial: 'FetchData',
  states: {
    FetchData: {
      invoke: {
        src: 'fetchBook',
        input: ({ context: { bookId } }) => ({ bookId }),
        onDone: {
          target: 'Summarise',
          actions: assign({
            title: ({ event }) => event.output.title,
            pages: ({ event }) => event.output.pages,
          }),
        },
        onError: {
          target: 'Failed',
          actions: assign({ problem: ({ event }) => failureOf(fetchBook, event).data?.message ?? '' }),
        },
      },
    },
    Summarise: {
      invoke: {
        src: 'summariseBook',
        input: ({ context: { bookId, title, pages } }) => ({ bookId, title, pages }),
        onDone: {
          target: 'Regulate',
          actions: assign({ sentences: ({ event }) => event.output.sentences }),
        },
      },
    },
    Regulate: {
      type: 'parallel',
      states: {
        Grounded: {
          initial: 'Check',
          states: {
            Check: {
              invoke: {
                src: 'checkGrounded',
                input: ({ context: { pages, sentences } }) => ({ pages, sentences }),
                onDone: { target: 'Done', actions: assign({ grounded: ({ event }) => event.output }) },
              },
            },
            Done: { type: 'final' },
          },
        },
        Compliant: {
          initial: 'Check',
          states: {
            Check: {
              invoke: {
                src: 'checkCompliant',
                input: ({ context: { sentences } }) => ({ sentences }),
                onDone: { target: 'Done', actions: assign({ compliant: ({ event }) => event.output }) },
              },
            },
            Done: { type: 'final' },
          },
        },
      },
      onDone: [{ guard: 'passed', target: 'Done' }, { target: 'Rejected' }],
    },
    Done: {
      type: 'final',
      entry: emit(({ context: { bookId, title, sentences } }) => ({
        type: 'notif.summary.done' as const,
        data: { bookId, title, sentences },
      })),
    },
    Rejected: {
      type: 'final',
      entry: emit(({ context: { bookId, grounded, compliant } }) => ({
        type: 'notif.summary.rejected' as const,
        data: { bookId, missing: grounded?.missing ?? [], violations: compliant?.violations ?? [] },
      })),
    },
    Failed: {
      type: 'final',
      entry: emit(({ context: { bookId, problem = '' } }) => ({
        type: 'notif.summary.failed' as const,
        data: { bookId, message: problem },
      })),
    },
  },
});
