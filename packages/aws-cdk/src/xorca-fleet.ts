import type { Duration } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { configError } from './config-error.ts';
import type { TableLike } from './resource-likes.ts';
import { wakeBySchedule } from './wakes.ts';
import { useTable, worker } from './worker.ts';
import type { WorkerChannel, WorkerFunction, WorkerInput } from './worker-props.ts';

/** Props of `XorcaFleet`. */
export type XorcaFleetProps = WorkerInput &
  WorkerChannel &
  WorkerFunction & {
    /** Where answers are remembered (`idempotency` of the runner). Default: nowhere, and the function may use no table. */
    readonly table?: TableLike;
    /** How often remembered answers that are too old are deleted, in whole minutes. Only with a `table`. Default: every minute. */
    readonly wakeEvery?: Duration;
  };

/**
 * A fleet of services: its queue with dead letters and an alarm, the subscription to its commands, and a function that may do exactly what
 * it must. The function finds in its environment: `XORCA_BUS` or `XORCA_TOPIC_ARN`, with a table `XORCA_TABLE`, with `storage`
 * `XORCA_BUCKET` and `XORCA_BUCKET_PREFIX`. What its services use beside that, grant to `function`.
 * Values that cannot be are an error at construct time, whose message begins with `XORCA_CONFIG`.
 *
 * @example
 * new XorcaFleet(this, 'Books', { bus, takes: ['cmd.books.*'], function: fn })
 */
export class XorcaFleet extends Construct {
  /** The function, to add to. */
  readonly function: LambdaFunction;
  /** Where commands come in. */
  readonly queue: Queue;
  /** What could not be taken: kept for 14 days, to be sent on by a redrive of SQS. */
  readonly deadLetterQueue: Queue;
  /** Rings while there are dead letters; undefined with `alarm: false`. */
  readonly deadLetterAlarm: Alarm | undefined;

  constructor(scope: Construct, id: string, props: XorcaFleetProps) {
    super(scope, id);
    const { table, wakeEvery } = props;
    if (table === undefined && wakeEvery !== undefined) {
      throw configError(this, 'wakeEvery is for what a table remembers. Give a table, or leave it out.');
    }
    const made = worker(this, props);
    this.function = made.function;
    this.queue = made.queue;
    this.deadLetterQueue = made.deadLetterQueue;
    this.deadLetterAlarm = made.deadLetterAlarm;
    if (table !== undefined) {
      useTable(made.function, table, { lock: false });
      wakeBySchedule(this, made.function, wakeEvery);
    }
  }
}
