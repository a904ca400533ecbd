export {
  awsSchedulerPolicy,
  dynamodbLockPolicy,
  dynamodbStorePolicy,
  eventBridgePublisherPolicy,
  type SchedulerPlace,
  s3ObjectsPolicy,
  snsPublisherPolicy,
  sqsPublisherPolicy,
  sqsTriggerPolicy,
} from './policies.ts';
export type { BucketLike, BusLike, TableLike } from './resource-likes.ts';
export type { WorkerChannel, WorkerFunction, WorkerInput } from './worker-props.ts';
export { XorcaBucket, type XorcaBucketProps } from './xorca-bucket.ts';
export { XorcaFleet, type XorcaFleetProps } from './xorca-fleet.ts';
export { XorcaOrchestrator, type XorcaOrchestratorProps } from './xorca-orchestrator.ts';
export { XorcaTable, type XorcaTableProps } from './xorca-table.ts';
