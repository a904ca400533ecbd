import { Stack } from 'aws-cdk-lib';
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { BucketLike, BusLike, TableLike } from './resource-likes.ts';
import { WAKE_INDEX } from './xorca-table.ts';

/** What `dynamodbStore` needs on its table. `list`: whether the program calls `runner.list`, which reads the whole table. Default `false`. */
export function dynamodbStorePolicy(
  table: TableLike,
  { list = false }: { readonly list?: boolean } = {},
): readonly PolicyStatement[] {
  return [
    allow(
      ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem', ...(list ? ['dynamodb:Scan'] : [])],
      table.tableArn,
    ),
    allow(['dynamodb:Query'], `${table.tableArn}/index/${WAKE_INDEX}`),
  ];
}

/** What `dynamodbLock` needs on its table. */
export function dynamodbLockPolicy(table: TableLike): readonly PolicyStatement[] {
  return [allow(['dynamodb:UpdateItem'], table.tableArn)];
}

/**
 * What `s3Store` and `s3Objects` need on a bucket; `prefix`: only on keys that begin with it. The listing is of the whole bucket: without
 * it S3 answers 403 for an object that is not there, and a listing allowed for a prefix alone does not change that.
 */
export function s3ObjectsPolicy(
  bucket: BucketLike,
  { prefix = '' }: { readonly prefix?: string } = {},
): readonly PolicyStatement[] {
  return [
    allow(['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], bucket.arnForObjects(`${prefix}*`)),
    allow(['s3:ListBucket'], bucket.bucketArn),
  ];
}

/** What `eventBridgePublisher` needs on its bus: to send, and to ask whether it is there, since EventBridge takes events for a bus that is not. */
export function eventBridgePublisherPolicy(bus: BusLike): readonly PolicyStatement[] {
  return [allow(['events:PutEvents', 'events:DescribeEventBus'], bus.eventBusArn)];
}

/** What `snsPublisher` needs on its topic. */
export function snsPublisherPolicy(topic: ITopic): readonly PolicyStatement[] {
  return [allow(['sns:Publish'], topic.topicArn)];
}

/** What `sqsPublisher` needs on its queue. */
export function sqsPublisherPolicy(queue: IQueue): readonly PolicyStatement[] {
  return [allow(['sqs:SendMessage'], queue.queueArn)];
}

/** Where `awsScheduler` puts wakes. */
export interface SchedulerPlace {
  /** The delay queue: a standard one. */
  readonly queue: IQueue;
  /** The role that EventBridge Scheduler takes to send to the queue. */
  readonly role: IRole;
  /** Name of the group of schedules. */
  readonly scheduleGroup: string;
}

/** What `awsScheduler` needs: to send to the delay queue, to make schedules in its group, and to hand them their role. */
export function awsSchedulerPolicy({
  queue,
  role,
  scheduleGroup,
}: SchedulerPlace): readonly PolicyStatement[] {
  const schedules = Stack.of(queue).formatArn({
    service: 'scheduler',
    resource: 'schedule',
    // Their names follow from processes, so they are not known here.
    resourceName: `${scheduleGroup}/*`,
  });
  return [
    ...sqsPublisherPolicy(queue),
    allow(['scheduler:CreateSchedule'], schedules),
    new PolicyStatement({
      actions: ['iam:PassRole'],
      resources: [role.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
    }),
  ];
}

/** What Lambda needs to bring messages of a queue to `lambdaHandler`. */
export function sqsTriggerPolicy(queue: IQueue): readonly PolicyStatement[] {
  return [allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], queue.queueArn)];
}

function allow(actions: string[], resource: string): PolicyStatement {
  return new PolicyStatement({ actions, resources: [resource] });
}
