import { createOrchestrator, defineCommand, fromCommand } from '@xorca/core';
import { advance, given } from '@xorca/testing';
import { setup } from 'xstate';
import { z } from 'zod';

const fetchBook = defineCommand('cmd.books.fetch', {
  input: z.object({ bookId: z.string() }),
  output: z.object({ pages: z.array(z.string()) }),
});
const machine = setup({ actors: { fetchBook: fromCommand(fetchBook, { timeout: '30s' }) } }).createMachine({
  initial: 'Fetching',
  states: {
    Fetching: {
      invoke: {
        id: 'fetch',
        src: 'fetchBook',
        input: { bookId: 'opticks' },
        onDone: 'Done',
        onError: 'Late',
      },
    },
    Done: { type: 'final' },
    Late: { type: 'final' },
  },
});
const reading = given(createOrchestrator({ name: 'reading', machines: { '1.0.0': machine } })).started();

/** A test that passes. */
export async function holds() {
  await reading.when(advance('30s')).then({ state: 'Late', status: 'done', effects: [] });
}

/** A test that fails: the book is late. */
export async function fails() {
  await reading.when(advance('30s')).then({ state: 'Done' });
}

/** A test that would fail, but forgets to await. */
export async function forgets() {
  reading.when(advance('30s')).then({ state: 'Done' });
}
