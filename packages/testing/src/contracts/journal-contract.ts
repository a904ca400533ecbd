import type { JournalCase } from './journal-case.ts';
import { journalIdCases } from './journal-id-cases.ts';
import { orderCases } from './journal-order-cases.ts';
import { retentionCases } from './journal-retention-cases.ts';
import { stepCases } from './journal-step-cases.ts';
import { cases } from './unshown.ts';

export type { JournalCase, MakeJournal } from './journal-case.ts';

/**
 * What every `Journal` must do, as cases for any test runner. A case asks for one empty journal, with a retention where it is
 * about that, asserts error codes, never messages, and waits only where a journal follows late.
 *
 * @example
 * for (const { name, run } of journalContract) it(name, () => run((options) => memoryJournal(options)))
 */
export const journalContract: readonly JournalCase[] = cases([
  ...stepCases,
  ...orderCases,
  ...journalIdCases,
  ...retentionCases,
]);
