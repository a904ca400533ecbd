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
export { fullJitter } from './backoff.ts';
export { type CloudEvent, type CloudEventInput, createCloudEvent } from './cloud-event.ts';
export { defineEvent, type EventContract, type SchemaResult, type StandardSchema } from './contract.ts';
export { type Duration, durationMs } from './duration.ts';
export type { MachineEvent, MachineView } from './engine/engine.ts';
export {
  conflict,
  type FailedPublish,
  isXorcaError,
  messageOf,
  PublishError,
  XorcaError,
  type XorcaErrorCode,
  type XorcaErrorDetails,
} from './errors.ts';
export { assertKnown, assertOptions } from './options.ts';
export {
  createOrchestrator,
  type EffectEvent,
  type EventTransform,
  type Orchestrator,
  type OrchestratorOptions,
  type StateMapping,
  type StateSnapshot,
} from './orchestrator.ts';
export { isSettled, type Outcome, type OutcomeStatus } from './outcome.ts';
export type {
  Clock,
  EventPublisher,
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
export type { ProcessDetails } from './process-details.ts';
export { assertProcessId, decodeProcessId, encodeProcessId } from './process-id.ts';
export type { Problem } from './record.ts';
export { type CallOptions, createRunner, type Runner, type WakeResult } from './runner.ts';
export type { RunnerOptions } from './runner-options.ts';
export { pageSize } from './stores/list-query.ts';
export { assertLockOptions, lockLost, lockTimeout } from './stores/lock-errors.ts';
export { type MemoryLockOptions, memoryLock } from './stores/memory-lock.ts';
export { type MemoryPublisher, memoryPublisher } from './stores/memory-publisher.ts';
export { memoryStore } from './stores/memory-store.ts';
export type { KeyPage, ObjectStorage, PutCondition, StoredObject } from './stores/object-storage.ts';
export { type ObjectStoreOptions, objectStore } from './stores/object-store.ts';
export { systemTimers, type Timers } from './timers.ts';
