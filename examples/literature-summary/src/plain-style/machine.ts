import { assign, setup } from 'xstate';
import type {
  CheckCompliantOutput,
  CheckGroundedOutput,
  FetchBookError,
  FetchBookOutput,
  SummariseBookOutput,
} from '../fleet/contracts.ts';
import type { SummaryContext } from '../summary.ts';

type Answer =
  | { readonly type: 'evt.books.fetch.success'; readonly data: FetchBookOutput }
  | { readonly type: 'evt.books.fetch.error'; readonly data: FetchBookError }
  | { readonly type: 'evt.gpt.summary.success'; readonly data: SummariseBookOutput }
  | { readonly type: 'evt.regulations.grounded.success'; readonly data: CheckGroundedOutput }
  | { readonly type: 'evt.regulations.compliant.success'; readonly data: CheckCompliantOutput };

/** The same process as `../machine.ts` with nothing of xorca in it: answers are events, commands are left to the mapping. */
export const plainSummaryMachine = setup({
  types: {
    context: {} as SummaryContext,
    input: {} as { readonly bookId: string },
    events: {} as Answer,
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
      on: {
        'evt.books.fetch.success': {
          target: 'Summarise',
          actions: assign({ title: ({ event }) => event.data.title, pages: ({ event }) => event.data.pages }),
        },
        'evt.books.fetch.error': {
          target: 'Failed',
          actions: assign({ problem: ({ event }) => event.data.message }),
        },
      },
    },
    Summarise: {
      on: {
        'evt.gpt.summary.success': {
          target: 'Regulate',
          actions: assign({ sentences: ({ event }) => event.data.sentences }),
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
              on: {
                'evt.regulations.grounded.success': {
                  target: 'Done',
                  actions: assign({ grounded: ({ event }) => event.data }),
                },
              },
            },
            Done: { type: 'final' },
          },
        },
        Compliant: {
          initial: 'Check',
          states: {
            Check: {
              on: {
                'evt.regulations.compliant.success': {
                  target: 'Done',
                  actions: assign({ compliant: ({ event }) => event.data }),
                },
              },
            },
            Done: { type: 'final' },
          },
        },
      },
      onDone: [{ guard: 'passed', target: 'Done' }, { target: 'Rejected' }],
    },
    Done: { type: 'final' },
    Rejected: { type: 'final' },
    Failed: { type: 'final' },
  },
});
