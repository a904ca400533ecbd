export { type JournalCase, journalContract, type MakeJournal } from './contracts/journal-contract.ts';
export { type LockCase, type LockUnderTest, lockContract } from './contracts/lock-contract.ts';
export {
  type MakeStore,
  type StoreCase,
  type StoreOutages,
  type StoreUnderTest,
  storeContract,
} from './contracts/store-contract.ts';
export type { Chain } from './given/chain.ts';
export type {
  Expectation,
  ExpectedCommand,
  ExpectedEffect,
  ExpectedTimer,
  Expecting,
} from './given/expectation.ts';
export type { WhichCommand } from './given/find-command.ts';
export { type GivenOptions, given } from './given/given.ts';
export {
  type AsymmetricMatcher,
  type Expected,
  including,
  type Matcher,
  type Partly,
  type Predicate,
} from './given/match.ts';
export type { Story } from './given/play.ts';
export { sent } from './given/sent.ts';
export type { Attributes, PlainEvent, Step, Steps } from './given/step.ts';
export {
  advance,
  again,
  answered,
  cancelled,
  deployed,
  event,
  failed,
  migrated,
  redriven,
  started,
  startedBy,
} from './given/steps.ts';
export type { StepOutcome } from './given/world.ts';
