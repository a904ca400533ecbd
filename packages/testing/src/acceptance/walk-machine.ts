import {
  type CloudEvent,
  createFleet,
  createOrchestrator,
  defineCommand,
  fromCommand,
  onCommand,
} from '@xorca/core';
import { assign, emit, setup } from 'xstate';
import { texts } from './text-schema.ts';

const fetch = defineCommand('cmd.book.fetch', { input: texts('book'), output: texts('text') });
const summarise = defineCommand('cmd.book.summarise', {
  input: texts('text'),
  output: texts('summary'),
  error: texts('reason'),
});
const index = defineCommand('cmd.book.index', { input: texts('text'), output: texts('words') });

interface Book {
  readonly book: string;
  readonly text: string;
  readonly summary: string;
  readonly words: string;
  readonly note: string;
}

// One command, two side by side of which one fails at first, an hour of rest, and words to whoever listens.
const machine = setup({
  types: {
    context: {} as Book,
    input: {} as { readonly book: string },
    emitted: {} as { type: 'notif.book.noted'; data: { note: string } },
  },
  actors: {
    fetch: fromCommand(fetch),
    summarise: fromCommand(summarise, { retry: { attempts: 3, backoff: '10s', jitter: false } }),
    index: fromCommand(index),
  },
  delays: { rest: 3_600_000 },
}).createMachine({
  id: 'reading',
  context: ({ input }) => ({ book: input.book, text: '', summary: '', words: '', note: '' }),
  on: {
    'evt.book.noted': {
      actions: [
        assign({ note: ({ event }) => noteOf(event) }),
        emit(({ event }) => ({ type: 'notif.book.noted', data: { note: noteOf(event) } })),
      ],
    },
  },
  initial: 'Fetching',
  states: {
    Fetching: {
      invoke: {
        src: 'fetch',
        input: ({ context }) => ({ book: context.book }),
        onDone: { target: 'Reading', actions: assign({ text: ({ event }) => event.output.text }) },
      },
    },
    Reading: {
      type: 'parallel',
      onDone: 'Resting',
      states: {
        Summary: {
          initial: 'Asked',
          states: {
            Asked: {
              invoke: {
                src: 'summarise',
                input: ({ context }) => ({ text: context.text }),
                onDone: {
                  target: 'There',
                  actions: assign({ summary: ({ event }) => event.output.summary }),
                },
              },
            },
            There: { type: 'final' },
          },
        },
        Index: {
          initial: 'Asked',
          states: {
            Asked: {
              invoke: {
                src: 'index',
                input: ({ context }) => ({ text: context.text }),
                onDone: { target: 'There', actions: assign({ words: ({ event }) => event.output.words }) },
              },
            },
            There: { type: 'final' },
          },
        },
      },
    },
    Resting: { after: { rest: 'Read' } },
    Read: { type: 'final' },
  },
  output: ({ context }) => `${context.summary}; ${context.words}`,
});

function noteOf(event: object): string {
  return (event as { readonly data: { readonly note: string } }).data.note;
}

/** Reads books, each of them a process that `evt.book.wanted` starts. */
export const readingOrchestrator = createOrchestrator({
  name: 'reading',
  machines: { '1.0.0': machine },
  startOn: 'evt.book.wanted',
  onOrchestrationState: {
    Resting: (_id, _state, { context }) => ({
      type: 'notif.book.read',
      data: { summary: (context as Book).summary, words: (context as Book).words },
    }),
  },
});

/** Who carries its commands out. A summary fails at its first attempt, and is there at the second. */
export const readingFleet = createFleet({
  source: '/srvc/library',
  handlers: [
    onCommand(fetch, async ({ book }) => ({ text: `text of ${book}` })),
    onCommand(summarise, async ({ text }, { event, fail }) => {
      if (isFirstAttempt(event)) return fail({ reason: 'too tired' });
      return { summary: `summary of ${text}` };
    }),
    onCommand(index, async ({ text }) => ({ words: `words of ${text}` })),
  ],
});

function isFirstAttempt({ id, commandid = id }: CloudEvent): boolean {
  return id === commandid;
}
