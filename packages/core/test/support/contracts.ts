import { z } from 'zod';
import { defineCommand } from '../../src/index.ts';

export const fetchBook = defineCommand('cmd.books.fetch', {
  input: z.object({ bookId: z.string() }),
  output: z.object({ pages: z.array(z.string()) }),
  error: z.object({ reason: z.string() }),
});

export const check = defineCommand('cmd.regulations.check', {
  input: z.object({ rule: z.string() }),
  output: z.object({ passed: z.boolean() }),
});
