import {
  type CommandErrorData,
  type CommandOutput,
  type EachResult,
  fromCommand,
  fromEach,
} from '@xorca/core';
import { assign, setup } from 'xstate';
import {
  type Chapter,
  type ChapterResult,
  listChapters,
  type summariseBook,
  summariseChapter,
} from './contracts.ts';

/** Chapters that are being summarised at one time, at most. */
export const LIMIT = 4;

export interface BookContext {
  readonly bookId: string;
  readonly chapters: readonly Chapter[];
  readonly results: readonly ChapterResult[];
}

/** Lists the chapters, has each summarised, collects what came of it. A chapter without a summary is a result like any other. */
export const bookMachine = setup({
  types: {
    context: {} as BookContext,
    input: {} as { readonly bookId: string },
    output: {} as CommandOutput<typeof summariseBook>,
  },
  actors: {
    listChapters: fromCommand(listChapters),
    summariseAll: fromEach(
      fromCommand(summariseChapter, {
        timeout: '10m',
        // A chapter that is too short will be too short again; a service that is silent may only be busy.
        retry: { attempts: 3, when: ({ kind }) => kind === 'timeout' },
      }),
      { limit: LIMIT },
    ),
  },
}).createMachine({
  id: 'book',
  context: ({ input }) => ({ bookId: input.bookId, chapters: [], results: [] }),
  initial: 'Listing',
  states: {
    // Without onError: the process ends in an error, and whoever asked for the book gets the reason.
    Listing: {
      invoke: {
        src: 'listChapters',
        input: ({ context: { bookId } }) => ({ bookId }),
        onDone: {
          target: 'Summarising',
          actions: assign({ chapters: ({ event }) => event.output.chapters }),
        },
      },
    },
    Summarising: {
      invoke: {
        src: 'summariseAll',
        input: ({ context: { bookId, chapters } }) => chapters.map(({ id }) => ({ bookId, chapterId: id })),
        onDone: {
          target: 'Done',
          actions: assign({
            results: ({ context, event }) =>
              context.chapters.map((chapter, at) => resultOf(chapter, event.output[at])),
          }),
        },
      },
    },
    Done: { type: 'final' },
  },
  output: ({ context }) => ({ chapters: [...context.results] }),
});

type Each = EachResult<CommandOutput<typeof summariseChapter>>;

function resultOf({ id, title }: Chapter, result: Each | undefined): ChapterResult {
  if (result?.status === 'done') return { id, title, summary: result.output };
  return { id, title, problem: result ? problemOf(result.error) : 'unknown' };
}

function problemOf(error: Extract<Each, { readonly status: 'error' }>['error']): string {
  if ('message' in error) return error.message;
  if (error.kind === 'timeout') return `nobody answered, asked ${error.attempts} times`;
  const { reason, words } = error.data as CommandErrorData<typeof summariseChapter>;
  return `${reason}, ${words} words`;
}
