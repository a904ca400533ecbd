export type { AwsClient, AwsConnection } from './aws-client.ts';
export { type CreateTablesOptions, createTables } from './create-tables.ts';
export { type DynamodbLockOptions, dynamodbLock } from './dynamodb-lock.ts';
export { type DynamodbOverflow, type DynamodbStoreOptions, dynamodbStore } from './dynamodb-store.ts';
export { dynamodbTable } from './dynamodb-table.ts';
