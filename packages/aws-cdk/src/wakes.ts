import { Aws, Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as FunctionTarget } from 'aws-cdk-lib/aws-events-targets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { assertWhole } from './config-error.ts';
import { grant } from './grant.ts';
import { connect } from './input-queue.ts';
import { awsSchedulerPolicy, sqsPublisherPolicy } from './policies.ts';
import { visibilityFor } from './worker-function.ts';

/** What makes wakes prompt. */
export interface Wakes {
  readonly wakeQueue: Queue;
  readonly schedulerRole: Role;
  readonly scheduleGroup: CfnScheduleGroup;
}

// The longest that SQS delays a message.
const LONGEST_DELAY_S = 900;
// A wake that fails is tried so often. It needs no dead letters: the rule of `wakeBySchedule` finds what is due anyway.
const WAKE_TRIES = 4;
const WAKE_BATCH = 10;

/** The queue that delays wakes of up to 15 minutes, and what later ones need: a role that may send to it, and a group of schedules. */
export function wakes(scope: Construct, fn: LambdaFunction): Wakes {
  const visibilityTimeout = visibilityFor(fn);
  const wakeQueue = new Queue(scope, 'Wakes', {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    visibilityTimeout,
    retentionPeriod: Duration.seconds(LONGEST_DELAY_S + WAKE_TRIES * visibilityTimeout.toSeconds()),
  });
  connect(scope, 'WakeTrigger', fn, wakeQueue, { batchSize: WAKE_BATCH });
  const scheduleGroup = new CfnScheduleGroup(scope, 'Schedules');
  const schedulerRole = new Role(scope, 'SchedulerRole', {
    description: 'Lets EventBridge Scheduler send wakes to their queue',
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      // Only for schedules of this account and group: https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
      conditions: {
        StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID, 'aws:SourceArn': scheduleGroup.attrArn },
      },
    }),
  });
  for (const statement of sqsPublisherPolicy(wakeQueue)) schedulerRole.addToPolicy(statement);
  grant(fn, awsSchedulerPolicy({ queue: wakeQueue, role: schedulerRole, scheduleGroup: scheduleGroup.ref }));
  return { wakeQueue, schedulerRole, scheduleGroup };
}

const EVERY = Duration.minutes(1);
const LONGEST_MINUTES = 1_440;

/** The rule that wakes the function, which then asks its store for what is due. */
export function wakeBySchedule(scope: Construct, fn: LambdaFunction, every = EVERY): void {
  const seconds = every.toSeconds();
  assertWhole(scope, 'wakeEvery in minutes', seconds / 60, [1, LONGEST_MINUTES]);
  new Rule(scope, 'Wake', {
    description: 'Wakes the function, which looks for what is due',
    schedule: Schedule.rate(every),
    // The next one comes by itself.
    targets: [new FunctionTarget(fn, { retryAttempts: 0, maxEventAge: EVERY })],
  });
}
