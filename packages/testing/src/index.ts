export {
  type AcceptanceCase,
  type AcceptanceCell,
  acceptance,
  type BusService,
  type BusUnderTest,
  type OpenCell,
  type ServiceParts,
} from './acceptance/acceptance.ts';
export {
  type HandlerCase,
  type HandlerFixture,
  type HandlerUnderTest,
  handlerContract,
  type MakeHandler,
  type Verdict,
} from './contracts/handler-contract.ts';
export { type JournalCase, journalContract, type MakeJournal } from './contracts/journal-contract.ts';
export { type LockCase, type LockUnderTest, lockContract } from './contracts/lock-contract.ts';
export {
  type MakePublisher,
  type PublisherCase,
  type PublisherUnderTest,
  publisherContract,
  type RefuseEvents,
} from './contracts/publisher-contract.ts';
export {
  type MakeScheduler,
  type SchedulerCase,
  type SchedulerUnderTest,
  schedulerContract,
  type Woken,
} from './contracts/scheduler-contract.ts';
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
export type { RefusedData } from './paths/alternatives.ts';
export type { CommandCounts, CoverageReport, CoveredItem, Tally } from './paths/coverage-report.ts';
export { type Exploration, explore } from './paths/explore.ts';
export type { CommandAnswers, ExploreOptions } from './paths/explore-options.ts';
export type { ExploredPath } from './paths/explored-path.ts';
export {
  type AddedJournal,
  type CoverageThresholds,
  type PathCoverage,
  pathCoverage,
} from './paths/path-coverage.ts';
export type { CommandItem, CommandOutcome, PathItem, StateItem, TransitionItem } from './paths/path-item.ts';
export type { AnswerMove, EventMove, PathMove, StartMove, TimeMove } from './paths/path-move.ts';
export type { PathRecorder } from './paths/recorder.ts';
export { type SkeletonOptions, skeletons } from './paths/skeletons.ts';
export type { Chance } from './simulation/chance.ts';
export type { FaultName, FaultRates } from './simulation/faults.ts';
export type { Invariant, SimulatedWorld } from './simulation/invariant.ts';
export type { Replay } from './simulation/replay.ts';
export { simulate } from './simulation/simulate.ts';
export type { OutsideEvent, Services, ServiceWorld, SimulateOptions } from './simulation/simulate-options.ts';
export type { SimulationFailure } from './simulation/simulation-failure.ts';
export type { SimulationReport } from './simulation/simulation-report.ts';
export type { InvariantName, Violation } from './simulation/violation.ts';
