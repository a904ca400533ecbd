import { defineEvent } from '@xorca/core';
import { z } from 'zod';
import type { CheckCompliantOutput, CheckGroundedOutput, PageRef } from './fleet/contracts.ts';

/** What a process remembers. The text of the book is not in it: only references to its pages. */
export interface SummaryContext {
  readonly bookId: string;
  readonly title: string;
  readonly pages: readonly PageRef[];
  readonly sentences: readonly string[];
  readonly grounded?: CheckGroundedOutput;
  readonly compliant?: CheckCompliantOutput;
  readonly problem?: string;
}

/** Starts a summary. */
export const summaryWanted = defineEvent('cmd.literature.summarise', {
  data: z.object({ bookId: z.string() }),
});

/** How a summary ended, for whoever wants to know: it passed its checks, … */
export const summaryDone = defineEvent('notif.summary.done', {
  data: z.object({ bookId: z.string(), title: z.string(), sentences: z.array(z.string()).readonly() }),
});
/** … it did not, … */
export const summaryRejected = defineEvent('notif.summary.rejected', {
  data: z.object({
    bookId: z.string(),
    missing: z.array(z.string()).readonly(),
    violations: z.array(z.object({ rule: z.string(), sentence: z.string() }).readonly()).readonly(),
  }),
});
/** … or there is none. */
export const summaryFailed = defineEvent('notif.summary.failed', {
  data: z.object({ bookId: z.string(), message: z.string() }),
});
