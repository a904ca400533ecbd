import { assign, setup } from 'xstate';
import { type CloudEvent, createCloudEvent, createOrchestrator, type StateMapping } from '../../src/index.ts';

/** The seed's scenario: fetch a book, summarise it, two checks in parallel, done. */
export const literatureMachine = setup({
  types: {
    context: {} as {
      bookId: string;
      pages: string[];
      summary: string;
      grounded?: boolean;
      compliant?: boolean;
    },
    input: {} as { bookId: string },
    events: {} as
      | { type: 'evt.books.fetch.success'; data: { pages: string[] } }
      | { type: 'evt.gpt.summary.success'; data: { summary: string } }
      | { type: 'evt.regulations.grounded.success'; data: { grounded: boolean } }
      | { type: 'evt.regulations.compliant.success'; data: { compliant: boolean } },
  },
}).createMachine({
  id: 'literature',
  context: ({ input }) => ({ bookId: input.bookId, pages: [], summary: '' }),
  initial: 'FetchData',
  states: {
    FetchData: {
      on: {
        'evt.books.fetch.success': {
          target: 'Summarise',
          actions: assign({ pages: ({ event }) => event.data.pages }),
        },
      },
    },
    Summarise: {
      on: {
        'evt.gpt.summary.success': {
          target: 'Regulate',
          actions: assign({ summary: ({ event }) => event.data.summary }),
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
                  actions: assign({ grounded: ({ event }) => event.data.grounded }),
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
                  actions: assign({ compliant: ({ event }) => event.data.compliant }),
                },
              },
            },
            Done: { type: 'final' },
          },
        },
      },
      onDone: 'Done',
    },
    Done: { type: 'final' },
  },
  output: ({ context }) => ({ summary: context.summary }),
});

/** What each state sends, by the seed's keys. */
export const literatureMappings: Record<string, StateMapping> = {
  FetchData: (_id, _state, { context }) => ({ type: 'cmd.books.fetch', data: { bookId: context.bookId } }),
  Summarise: (_id, _state, { context }) => ({ type: 'cmd.gpt.summary', data: { pages: context.pages } }),
  '#Regulate.#Grounded.Check': (_id, _state, { context }) => ({
    type: 'cmd.regulations.grounded',
    data: { summary: context.summary },
  }),
  '#Regulate.#Compliant.Check': (_id, _state, { context }) => ({
    type: 'cmd.regulations.compliant',
    data: { summary: context.summary },
  }),
  Done: (_id, _state, { context }) => ({ type: 'notif.summary.done', data: { summary: context.summary } }),
};

export const literature = createOrchestrator({
  name: 'books.summary',
  machines: { '1.0.0': literatureMachine },
  startOn: 'cmd.literature.summarise',
  onOrchestrationState: literatureMappings,
});

/** An event for a process, with an id of one's own choice. */
export function event(subject: string, type: string, data: unknown, id = `${type}#1`): CloudEvent {
  return createCloudEvent({ id, type, subject, source: '/fleet', data, time: '2026-01-01T00:00:00.000Z' });
}

/** The whole walk of one process, in order. */
export const walk = (subject: string): CloudEvent[] => [
  event(subject, 'cmd.literature.summarise', { bookId: 'opticks' }),
  event(subject, 'evt.books.fetch.success', { pages: ['p1', 'p2'] }),
  event(subject, 'evt.gpt.summary.success', { summary: 'Light bends.' }),
  event(subject, 'evt.regulations.grounded.success', { grounded: true }),
  event(subject, 'evt.regulations.compliant.success', { compliant: true }),
];
