export type { AwsClient, AwsConnection } from './aws-client.ts';
export { checkS3 } from './check-s3.ts';
export { type CreateTablesOptions, createTables } from './create-tables.ts';
export { type DynamodbLockOptions, dynamodbLock } from './dynamodb-lock.ts';
export { type DynamodbOverflow, type DynamodbStoreOptions, dynamodbStore } from './dynamodb-store.ts';
export { dynamodbTable } from './dynamodb-table.ts';
export { type S3ObjectsOptions, s3Objects } from './s3-objects.ts';
export { type S3StoreOptions, s3Store } from './s3-store.ts';
