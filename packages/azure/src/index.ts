export type {
  DeadLetter,
  HttpRequest,
  LogEntry,
  PlatformOf,
  RunnerOf,
  RunnerOptionsOf,
  Verify,
  VerifyResult,
  WakeCounts,
} from '@xorca/core/handlers';
export type { PublishOptions } from '@xorca/core/publishers';
export type { AzureConnection, AzureCredential } from './azure-client.ts';
export { type AzureScheduler, type AzureSchedulerOptions, azureScheduler } from './azure-scheduler.ts';
export type { BlobContainerClient, BlobPlace } from './blob-container.ts';
export { type BlobLeaseLock, type BlobLeaseLockOptions, blobLeaseLock } from './blob-lease-lock.ts';
export type { BlobLeases } from './blob-leases.ts';
export { type BlobObjectsOptions, blobObjects } from './blob-objects.ts';
export { type BlobStoreOptions, blobStore } from './blob-store.ts';
export { type CreateTablesOptions, createTables } from './create-tables.ts';
export { type EventGridPublisherOptions, eventGridPublisher } from './event-grid-publisher.ts';
export type { EventGridClient, EventGridPlace } from './event-grid-topic.ts';
export { functionsHandler } from './functions-handler.ts';
export type { FunctionsOptions } from './handlers/functions-options.ts';
export type { FunctionsContext, FunctionsHandler, FunctionsResponse } from './handlers/functions-types.ts';
export type {
  EventGridTriggerOptions,
  HttpTriggerOptions,
  ServiceBusQueueTriggerOptions,
  ServiceBusTopicTriggerOptions,
  StorageQueueTriggerOptions,
  TimerTriggerOptions,
  TriggerOptions,
} from './handlers/trigger-options.ts';
export {
  type FunctionsApp,
  type RegisterNewOptions,
  type RegisterOptions,
  registerOrchestrator,
} from './register-orchestrator.ts';
export {
  type ServiceBusPublisher,
  type ServiceBusPublisherOptions,
  serviceBusPublisher,
} from './service-bus-publisher.ts';
export type { ServiceBusConnectionClient } from './service-bus-sender.ts';
export type { StorageQueueClient, StorageQueuePlace } from './storage-queue.ts';
export { type StorageQueuePublisherOptions, storageQueuePublisher } from './storage-queue-publisher.ts';
export type { TablePlace, TableStorageClient } from './table-client.ts';
export { type TableOverflow, type TableStoreOptions, tableStore } from './table-store.ts';
