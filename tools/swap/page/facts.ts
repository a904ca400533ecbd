/** What the page says of a store. Links are relative to `docs/backends`. */
export interface StoreFacts {
  readonly of: string;
  readonly factory: string;
  readonly largestBody: string;
  /** What keeps two writers apart. */
  readonly save: string;
  readonly due: string;
  readonly page: string;
  /** What its cells were given to take states of megabytes. */
  readonly note?: string;
}

/** What the page says of a bus. */
export interface BusFacts {
  readonly of: string;
  readonly factory: string;
  readonly largestEvent: string;
  readonly order: string;
  /** What takes its deliveries. */
  readonly handler: string;
  readonly page: string;
  /** What its cells were given to take events of megabytes. */
  readonly note?: string;
}

const CLAIMS =
  "[claim check](../large-events.md): larger events leave their data in the cloud's object storage";

/** By name. */
export const STORE_FACTS: Readonly<Record<string, StoreFacts>> = {
  memory: {
    of: '@xorca/core',
    factory: 'memoryStore',
    largestBody: 'any',
    save: 'within one program',
    due: 'exact',
    page: '[testing](../testing.md)',
  },
  SQLite: {
    of: '@xorca/local',
    factory: 'sqliteStore',
    largestBody: '1 GB',
    save: 'one conditional statement',
    due: 'exact',
    page: '[operations](../operations.md)',
  },
  file: {
    of: '@xorca/local',
    factory: 'fileStore',
    largestBody: 'any',
    save: 'a sync and a rename',
    due: 'by hints',
    page: '[operations](../operations.md)',
  },
  DynamoDB: {
    of: '@xorca/aws',
    factory: 'dynamodbStore',
    largestBody: '400 KB, any with `overflow`',
    save: 'one conditional PutItem',
    due: 'by an index that follows within a second',
    page: '[DynamoDB](dynamodb.md)',
    note: '`overflow` into S3',
  },
  S3: {
    of: '@xorca/aws',
    factory: 's3Store',
    largestBody: 'any',
    save: 'one conditional PUT',
    due: 'by hints',
    page: '[S3](s3.md)',
  },
  Blob: {
    of: '@xorca/azure',
    factory: 'blobStore',
    largestBody: 'any',
    save: 'one conditional PUT',
    due: 'by hints',
    page: '[Blob](blob.md)',
  },
  Table: {
    of: '@xorca/azure',
    factory: 'tableStore',
    largestBody: '960 KiB, any with `overflow`',
    save: 'one conditional write of an entity',
    due: 'by hints',
    page: '[Table](table.md)',
    note: '`overflow` into Blob',
  },
  Postgres: {
    of: '@xorca/postgres',
    factory: 'postgresStore',
    largestBody: '1 GB',
    save: 'one conditional statement',
    due: 'exact',
    page: '[Postgres](postgres.md)',
  },
};

/** By name. */
export const BUS_FACTS: Readonly<Record<string, BusFacts>> = {
  'local bus': {
    of: '@xorca/local',
    factory: 'localBus',
    largestEvent: '1 MiB, or its `maxEventBytes`',
    order: 'of a subject',
    handler: 'a subscription',
    page: '[operations](../operations.md)',
    note: '`maxEventBytes` of 16 MiB',
  },
  'SNS+SQS': {
    of: '@xorca/aws',
    factory: 'snsPublisher',
    largestEvent: '256 KiB, less its attributes',
    order: 'of a subject, in FIFO topics and queues; here none',
    handler: 'sqsHandler',
    page: '[publishers](../aws-publishers.md)',
    note: CLAIMS,
  },
  EventBridge: {
    of: '@xorca/aws',
    factory: 'eventBridgePublisher',
    largestEvent: '1 MB, less type, source and time',
    order: 'none',
    handler: 'eventBridgeHandler',
    page: '[publishers](../aws-publishers.md)',
    note: CLAIMS,
  },
  'Service Bus': {
    of: '@xorca/azure',
    factory: 'serviceBusPublisher',
    largestEvent: '252 KiB',
    order: 'of a subject, in sessions; here none',
    handler: 'functionsHandler',
    page: '[publishers](../azure-publishers.md)',
    note: CLAIMS,
  },
  'Event Grid': {
    of: '@xorca/azure',
    factory: 'eventGridPublisher',
    largestEvent: '1 MB',
    order: 'none',
    handler: 'functionsHandler',
    page: '[publishers](../azure-publishers.md)',
    note: CLAIMS,
  },
  'Storage Queue': {
    of: '@xorca/azure',
    factory: 'storageQueuePublisher',
    largestEvent: '48 KiB',
    order: 'none promised',
    handler: 'functionsHandler',
    page: '[publishers](../azure-publishers.md)',
    note: CLAIMS,
  },
};
