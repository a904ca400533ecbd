import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { grant } from './grant.ts';
import { type InputQueue, inputQueue } from './input-queue.ts';
import {
  dynamodbLockPolicy,
  dynamodbStorePolicy,
  eventBridgePublisherPolicy,
  s3ObjectsPolicy,
  snsPublisherPolicy,
} from './policies.ts';
import type { TableLike } from './resource-likes.ts';
import { assertChannel, subscribe } from './subscribe.ts';
import { workerFunction } from './worker-function.ts';
import type { WorkerChannel, WorkerFunction, WorkerInput } from './worker-props.ts';

/** What orchestrators and fleets have in common. */
export interface Worker extends InputQueue {
  readonly function: LambdaFunction;
}

/** Function, queue, subscription, and the way back to the bus or topic. */
export function worker(scope: Construct, props: WorkerInput & WorkerChannel & WorkerFunction): Worker {
  assertChannel(scope, props);
  const fn = workerFunction(scope, props);
  const input = inputQueue(scope, fn, props);
  subscribe(scope, input, props);
  if (props.bus !== undefined) {
    grant(fn, eventBridgePublisherPolicy(props.bus));
    fn.addEnvironment('XORCA_BUS', props.bus.eventBusName);
  } else {
    grant(fn, snsPublisherPolicy(props.topic));
    fn.addEnvironment('XORCA_TOPIC_ARN', props.topic.topicArn);
  }
  if (props.storage !== undefined) {
    const { bucket, prefix = '' } = props.storage;
    grant(fn, s3ObjectsPolicy(bucket, { prefix }));
    fn.addEnvironment('XORCA_BUCKET', bucket.bucketName);
    fn.addEnvironment('XORCA_BUCKET_PREFIX', prefix);
  }
  return { ...input, function: fn };
}

/** Lets the function keep records in the table, and leases if it wants. */
export function useTable(fn: LambdaFunction, table: TableLike, { lock }: { readonly lock: boolean }): void {
  grant(fn, dynamodbStorePolicy(table));
  if (lock) grant(fn, dynamodbLockPolicy(table));
  fn.addEnvironment('XORCA_TABLE', table.tableName);
}
