export {
  CloudOrchestrationActor,
  type CloudOrchestrationActorOptions,
  type CloudOrchestrationMiddleware,
  createCloudOrchestrationActor,
} from './actors/cloud-orchestration-actor.ts';
export {
  type InitialOrchestration,
  type OrchestrateCloudEventsInput,
  type OrchestrationResult,
  orchestrateCloudEvents,
  type VersionedStateMachine,
} from './actors/orchestrate-cloud-events.ts';
export {
  PersistableActor,
  type PersistableActorInput,
  withPersistableActor,
} from './actors/persistable-actor.ts';
export { type CloudEvent, type CloudEventInput, createCloudEvent } from './cloud-event.ts';
export {
  type CommandContract,
  type CommandErrorData,
  type CommandInput,
  type CommandOutput,
  type CommandShape,
  defineCommand,
} from './command.ts';
export { type CommandFailure, failureOf } from './command-failure.ts';
export {
  defineEvent,
  type EmittedOf,
  type EventContract,
  type EventOf,
  type InputOf,
  type OutputOf,
  type SchemaResult,
  type StandardSchema,
} from './contract.ts';
export type { Duration } from './duration.ts';
export type { MachineEvent, MachineView } from './engine/engine.ts';
export {
  type FailedPublish,
  isXorcaError,
  messageOf,
  PublishError,
  XorcaError,
  type XorcaErrorCode,
  type XorcaErrorDetails,
} from './errors.ts';
export { CommandError } from './fleet/command-error.ts';
export { createFleet, type Fleet, type FleetOptions } from './fleet/fleet.ts';
export { createFleetRunner, type FleetRunner } from './fleet/fleet-runner.ts';
export type { FleetPlatform, FleetRunnerOptions } from './fleet/fleet-settings.ts';
export {
  type CommandContext,
  type CommandFunction,
  type CommandHandler,
  onCommand,
} from './fleet/on-command.ts';
export { type CommandLogic, type CommandOptions, fromCommand, type RetryOptions } from './from-command.ts';
export { type EachLogic, type EachResult, fromEach } from './from-each.ts';
export { checkHistory, type HistoryCheck, type HistoryOptions } from './history/check-history.ts';
export type { Broken } from './history/replay.ts';
export { memoryJournal } from './journal/memory-journal.ts';
export { type ObjectJournalOptions, objectJournal } from './journal/object-journal.ts';
export type { JournalOptions, JournalRetention } from './journal/retention.ts';
export type { Migration, PersistedSnapshot } from './migration.ts';
export { createOrchestrator, type Orchestrator } from './orchestrator.ts';
export type {
  EffectEvent,
  EventTransform,
  OrchestratorOptions,
  Retention,
  StateMapping,
  StateSnapshot,
} from './orchestrator-options.ts';
export { isSettled, type Outcome, type OutcomeStatus } from './outcome.ts';
export type {
  Clock,
  EventPublisher,
  Journal,
  JournalEntry,
  JournalInput,
  JournalState,
  Lease,
  ListQuery,
  LockOptions,
  Page,
  Platform,
  ProcessLock,
  ProcessRecord,
  ProcessStatus,
  ProcessStore,
  ProcessSummary,
  Revision,
  Scheduler,
  StoredProcess,
} from './ports.ts';
export type { PendingDetails, ProcessDetails } from './process-details.ts';
export type { Problem, ProcessFailure, Trace } from './record.ts';
export { createRunner, type Runner } from './runner.ts';
export type { RunnerOptions } from './runner-options.ts';
export { type MemoryLockOptions, memoryLock } from './stores/memory-lock.ts';
export { type MemoryPublisher, memoryPublisher } from './stores/memory-publisher.ts';
export {
  type MemoryScheduler,
  type MemorySchedulerOptions,
  memoryScheduler,
} from './stores/memory-scheduler.ts';
export { memoryStore } from './stores/memory-store.ts';
export { type ObjectStoreOptions, objectStore } from './stores/object-store.ts';
export type {
  Activity,
  ActivityEnd,
  CommandActivity,
  DueFacts,
  EventFacts,
  PartActivity,
  PublishActivity,
  RunActivity,
  RunFacts,
  StepActivity,
  StepKind,
  StorageActivity,
  Telemetry,
  TelemetrySpan,
  WholeActivity,
} from './telemetry.ts';
export type { WaitUntil } from './wait-for.ts';
export type { CallOptions, WakeOptions, WakeResult } from './wake.ts';
