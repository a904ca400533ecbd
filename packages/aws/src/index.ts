export type {
  DeadLetter,
  HttpRequest,
  HttpResponse,
  HttpResult,
  LogEntry,
  PlatformOf,
  RunnerOf,
  RunnerOptionsOf,
  Verify,
  VerifyResult,
  WakeCounts,
} from '@xorca/core/handlers';
export type { AwsClient, AwsConnection } from './aws-client.ts';
export { type AwsSchedulerOptions, awsScheduler } from './aws-scheduler.ts';
export { checkS3 } from './check-s3.ts';
export { type CreateTablesOptions, createTables } from './create-tables.ts';
export { type DynamodbLockOptions, dynamodbLock } from './dynamodb-lock.ts';
export { type DynamodbOverflow, type DynamodbStoreOptions, dynamodbStore } from './dynamodb-store.ts';
export { dynamodbTable } from './dynamodb-table.ts';
export { type EventBridgePublisherOptions, eventBridgePublisher } from './eventbridge-publisher.ts';
export { type EventBridgeEvent, eventBridgeHandler } from './handlers/event-bridge-handler.ts';
export { httpHandler } from './handlers/http-handler.ts';
export type { LambdaOptions } from './handlers/lambda-options.ts';
export type {
  LambdaContext,
  LambdaHandler,
  LambdaResponse,
} from './handlers/lambda-types.ts';
export { type SnsEvent, type SnsRecord, snsHandler } from './handlers/sns-handler.ts';
export { type SqsBatchResponse, type SqsEvent, type SqsRecord, sqsHandler } from './handlers/sqs-handler.ts';
export { wakeHandler } from './handlers/wake-handler.ts';
export { lambdaHandler } from './lambda-handler.ts';
export type { PublishOptions } from './publish/publish-options.ts';
export { type S3ObjectsOptions, s3Objects } from './s3-objects.ts';
export { type S3StoreOptions, s3Store } from './s3-store.ts';
export type { ScheduleOptions } from './schedule-service.ts';
export { type SnsPublisherOptions, snsPublisher } from './sns-publisher.ts';
export { type SqsPublisherOptions, sqsPublisher } from './sqs-publisher.ts';
