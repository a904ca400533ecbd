import { createOrchestrator, type StateSnapshot } from '@xorca/core';
import { type SummaryContext, summaryWanted } from '../summary.ts';
import { plainSummaryMachine } from './machine.ts';

type Snapshot = StateSnapshot<SummaryContext>;

/** The orchestration in the style of the first xorca: which event each state sends when it is entered. */
export const plainLiteratureSummary = createOrchestrator({
  name: 'literature.summary.plain',
  machines: { '1.0.0': plainSummaryMachine },
  startOn: summaryWanted,
  onOrchestrationState: {
    FetchData: (_id, _state, { context }: Snapshot) => ({
      type: 'cmd.books.fetch',
      data: { bookId: context.bookId },
    }),
    Summarise: (_id, _state, { context: { bookId, title, pages } }: Snapshot) => ({
      type: 'cmd.gpt.summary',
      data: { bookId, title, pages },
    }),
    '#Regulate.#Grounded.Check': (_id, _state, { context: { pages, sentences } }: Snapshot) => ({
      type: 'cmd.regulations.grounded',
      data: { pages, sentences },
    }),
    '#Regulate.#Compliant.Check': (_id, _state, { context: { sentences } }: Snapshot) => ({
      type: 'cmd.regulations.compliant',
      data: { sentences },
    }),
    Done: (_id, _state, { context: { bookId, title, sentences } }: Snapshot) => ({
      type: 'notif.summary.done',
      data: { bookId, title, sentences },
    }),
    Rejected: (_id, _state, { context: { bookId, grounded, compliant } }: Snapshot) => ({
      type: 'notif.summary.rejected',
      data: { bookId, missing: grounded?.missing, violations: compliant?.violations },
    }),
    Failed: (_id, _state, { context: { bookId, problem } }: Snapshot) => ({
      type: 'notif.summary.failed',
      data: { bookId, message: problem },
    }),
  },
});
