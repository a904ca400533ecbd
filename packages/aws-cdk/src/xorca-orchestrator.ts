import type { Duration } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { TableLike } from './resource-likes.ts';
import { wakeBySchedule, wakes } from './wakes.ts';
import { useTable, worker } from './worker.ts';
import type { WorkerChannel, WorkerFunction, WorkerInput } from './worker-props.ts';

/** Props of `XorcaOrchestrator`. */
export type XorcaOrchestratorProps = WorkerInput &
  WorkerChannel &
  WorkerFunction & {
    /** Where processes are kept: an `XorcaTable`, or one of the same form. */
    readonly table: TableLike;
    /** Whether the function may take leases with `dynamodbLock`. Default `true`. */
    readonly lock?: boolean;
    /** How often the store is asked for what is due, in whole minutes. Default: every minute, which is how late a timer may be. */
    readonly wakeEvery?: Duration;
  };

/**
 * An orchestrator: its queue with dead letters and an alarm, the subscription, wakes, and a function that may do exactly what it must. The
 * function finds in its environment: `XORCA_TABLE`, `XORCA_BUS` or `XORCA_TOPIC_ARN`, `XORCA_WAKE_QUEUE_URL`, `XORCA_WAKE_QUEUE_ARN`,
 * `XORCA_SCHEDULER_ROLE_ARN`, `XORCA_SCHEDULE_GROUP`, and with `storage` `XORCA_BUCKET` and `XORCA_BUCKET_PREFIX`.
 * Values that cannot be are an error at construct time, whose message begins with `XORCA_CONFIG`.
 *
 * @example
 * new XorcaOrchestrator(this, 'Orders', { table, bus, takes: ['cmd.order.place', 'evt.*'], function: fn })
 */
export class XorcaOrchestrator extends Construct {
  /** The function, to add to. */
  readonly function: LambdaFunction;
  /** Where events come in. */
  readonly queue: Queue;
  /** What could not be taken: kept for 14 days, to be sent on by a redrive of SQS. */
  readonly deadLetterQueue: Queue;
  /** Rings while there are dead letters; undefined with `alarm: false`. */
  readonly deadLetterAlarm: Alarm | undefined;
  /** Where wakes come in, delayed. */
  readonly wakeQueue: Queue;
  /** What EventBridge Scheduler becomes to send a wake. */
  readonly schedulerRole: Role;
  /** Where the schedules lie. */
  readonly scheduleGroup: CfnScheduleGroup;

  constructor(scope: Construct, id: string, props: XorcaOrchestratorProps) {
    super(scope, id);
    const made = worker(this, props);
    this.function = made.function;
    this.queue = made.queue;
    this.deadLetterQueue = made.deadLetterQueue;
    this.deadLetterAlarm = made.deadLetterAlarm;
    useTable(made.function, props.table, { lock: props.lock ?? true });
    wakeBySchedule(this, made.function, props.wakeEvery);
    const { wakeQueue, schedulerRole, scheduleGroup } = wakes(this, made.function);
    this.wakeQueue = wakeQueue;
    this.schedulerRole = schedulerRole;
    this.scheduleGroup = scheduleGroup;
    this.function.addEnvironment('XORCA_WAKE_QUEUE_URL', wakeQueue.queueUrl);
    this.function.addEnvironment('XORCA_WAKE_QUEUE_ARN', wakeQueue.queueArn);
    this.function.addEnvironment('XORCA_SCHEDULER_ROLE_ARN', schedulerRole.roleArn);
    this.function.addEnvironment('XORCA_SCHEDULE_GROUP', scheduleGroup.ref);
  }
}
