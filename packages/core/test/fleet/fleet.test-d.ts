import { z } from 'zod';
import { CommandError, type CommandHandler, defineCommand, onCommand } from '../../src/index.ts';

// Compiled, never run.
const fetchBook = defineCommand('cmd.books.fetch', {
  input: z.object({ bookId: z.string(), pages: z.number().default(2) }),
  output: z.object({ pages: z.array(z.string()), words: z.string().transform(Number) }),
  error: z.object({ reason: z.enum(['unknown-book']) }),
});

export const exact: CommandHandler = onCommand(
  fetchBook,
  async (input, { event, signal, processId, deadlineAt }) => {
    const parsed: { bookId: string; pages: number } = input;
    const context: [string, AbortSignal, string, number | undefined] = [
      event.id,
      signal,
      processId,
      deadlineAt,
    ];
    return { pages: [parsed.bookId, ...context.map(String)], words: '3' };
  },
);

export const synchronous = onCommand(fetchBook, ({ bookId }) => ({ pages: [bookId], words: '3' }));

export const failing = onCommand(fetchBook, async ({ bookId }, { fail }) => {
  const book: { text: string } | undefined = bookId === 'x' ? undefined : { text: bookId };
  if (!book) return fail({ reason: 'unknown-book' });
  return { pages: [book.text], words: '3' };
});

// @ts-expect-error an answer without its fields
export const empty = onCommand(fetchBook, async () => ({}));

// @ts-expect-error the wire carries what the schema takes in, not what it makes of it
export const transformed = onCommand(fetchBook, async () => ({ pages: [], words: 3 }));

// @ts-expect-error no answer at all
export const silent = onCommand(fetchBook, async () => {});

export const misread = onCommand(fetchBook, async (input) => {
  // @ts-expect-error a field that the input does not have
  return { pages: [input.title], words: '3' };
});

export const misfailed = onCommand(fetchBook, async (_, { fail }) => {
  // @ts-expect-error an error that the contract does not know
  return fail({ reason: 'eaten' });
});

// @ts-expect-error a contract of an event is none of a command
export const event = onCommand({ type: 'evt.a', data: z.string() }, async () => ({}));

export const typed: { reason: string } = new CommandError({ reason: 'unknown-book' }).data;
// @ts-expect-error the data of an error is of its own type
export const wrong: { reason: number } = new CommandError({ reason: 'unknown-book' }).data;
