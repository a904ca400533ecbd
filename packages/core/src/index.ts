export { type CloudEvent, type CloudEventInput, createCloudEvent } from './cloud-event.ts';
export { type Duration, durationMs } from './duration.ts';
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
export { assertProcessId, decodeProcessId, encodeProcessId } from './process-id.ts';
