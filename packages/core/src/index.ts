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
export { defineEvent, type EventContract, type SchemaResult, type StandardSchema } from './contract.ts';
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
export type { Problem } from './record.ts';
export { type CallOptions, createRunner, type Runner, type WakeResult } from './runner.ts';
export type { RunnerOptions } from './runner-options.ts';
export { type MemoryLockOptions, memoryLock } from './stores/memory-lock.ts';
export { type MemoryPublisher, memoryPublisher } from './stores/memory-publisher.ts';
export { memoryStore } from './stores/memory-store.ts';
export { type ObjectStoreOptions, objectStore } from './stores/object-store.ts';
