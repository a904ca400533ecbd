import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { EventSourceMapping, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { assertWhole, configError } from './config-error.ts';
import { grant } from './grant.ts';
import { sqsTriggerPolicy } from './policies.ts';
import { visibilityFor } from './worker-function.ts';
import type { WorkerInput } from './worker-props.ts';

// Under it Lambda's own tries while it is throttled would fill the dead letters: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
const MAX_RECEIVE_COUNT = 5;
// The longest that SQS keeps a message: time to mend what is wrong, and send it on.
const DEAD_LETTER_DAYS = 14;
// What Lambda takes of a FIFO queue, and of any queue without a window.
const SMALL_BATCH = 10;
const LARGE_BATCH = 10_000;
const LONGEST_WINDOW_S = 300;

/** The queue of a function, and what its messages become that cannot be taken. */
export interface InputQueue {
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;
  readonly deadLetterAlarm: Alarm | undefined;
}

/** Makes the queue, its dead letters with their alarm, and connects it with the function. */
export function inputQueue(scope: Construct, fn: LambdaFunction, props: WorkerInput): InputQueue {
  const { fifo = false, batchSize = SMALL_BATCH, maxReceiveCount = MAX_RECEIVE_COUNT, alarm = true } = props;
  const { batchingWindow, maxConcurrency } = props;
  assertWhole(scope, 'maxReceiveCount', maxReceiveCount, [1, 1_000]);
  if (maxConcurrency !== undefined) assertWhole(scope, 'maxConcurrency', maxConcurrency, [2, 1_000]);
  if (batchingWindow !== undefined) {
    if (fifo) throw configError(scope, 'A FIFO queue has no batchingWindow. Leave it out.');
    assertWhole(scope, 'batchingWindow in seconds', batchingWindow.toSeconds(), [1, LONGEST_WINDOW_S]);
  }
  assertWhole(scope, 'batchSize', batchSize, [1, batchingWindow === undefined ? SMALL_BATCH : LARGE_BATCH]);

  const deadLetterQueue = new Queue(scope, 'DeadLetters', {
    ...kind(fifo),
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(DEAD_LETTER_DAYS),
  });
  const queue = new Queue(scope, 'Queue', {
    ...kind(fifo),
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    visibilityTimeout: visibilityFor(fn, batchingWindow),
    deadLetterQueue: { queue: deadLetterQueue, maxReceiveCount },
  });
  connect(scope, 'Trigger', fn, queue, {
    batchSize,
    ...(batchingWindow === undefined ? {} : { maxBatchingWindow: batchingWindow }),
    ...(maxConcurrency === undefined ? {} : { maxConcurrency }),
  });
  return { queue, deadLetterQueue, deadLetterAlarm: alarm ? alarmOf(scope, deadLetterQueue) : undefined };
}

/** Brings the messages of a queue to a function, which says of each whether it was taken. */
export function connect(
  scope: Construct,
  id: string,
  fn: LambdaFunction,
  queue: Queue,
  settings: {
    readonly batchSize: number;
    readonly maxBatchingWindow?: Duration;
    readonly maxConcurrency?: number;
  },
): void {
  grant(fn, sqsTriggerPolicy(queue));
  new EventSourceMapping(scope, id, {
    target: fn,
    eventSourceArn: queue.queueArn,
    reportBatchItemFailures: true,
    ...settings,
  });
}

/** SQS refuses `FifoQueue: false`, so a standard queue says nothing. */
function kind(fifo: boolean): { readonly fifo?: true } {
  return fifo ? { fifo } : {};
}

function alarmOf(scope: Construct, deadLetters: Queue): Alarm {
  return new Alarm(scope, 'DeadLetterAlarm', {
    alarmDescription: 'Events that could not be taken. The reason is in the log of the function.',
    metric: deadLetters.metricApproximateNumberOfMessagesVisible({
      statistic: Stats.MAXIMUM,
      period: Duration.minutes(1),
    }),
    threshold: 0,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    evaluationPeriods: 1,
    // SQS reports nothing of a queue that nobody used for hours.
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
}
