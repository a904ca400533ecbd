import { Duration } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, it } from 'vitest';
import {
  code,
  orchestrator,
  type Place,
  permissions,
  properties,
  statements,
  text,
} from '../test/support/template.ts';

const withBucket = ({ stack }: Place) => ({
  storage: { bucket: new Bucket(stack, 'Large'), prefix: 'shop/' },
});
const topic = ({ topic }: Place) => ({ topic });

const ALWAYS = [
  'dynamodb:DeleteItem on Table.Arn',
  'dynamodb:GetItem on Table.Arn',
  'dynamodb:PutItem on Table.Arn',
  'dynamodb:Query on Table.Arn/index/wake',
  'dynamodb:UpdateItem on Table.Arn',
  'iam:PassRole on OrdersSchedulerRole.Arn if {"StringEquals":{"iam:PassedToService":"scheduler.amazonaws.com"}}',
  'logs:CreateLogStream on OrdersLog.Arn',
  'logs:PutLogEvents on OrdersLog.Arn',
  'scheduler:CreateSchedule on arn:AWS::Partition:scheduler:AWS::Region:AWS::AccountId:schedule/OrdersSchedules/*',
  ...['DeleteMessage', 'GetQueueAttributes', 'ReceiveMessage'].flatMap((action) => [
    `sqs:${action} on OrdersQueue.Arn`,
    `sqs:${action} on OrdersWakes.Arn`,
  ]),
  'sqs:SendMessage on OrdersWakes.Arn',
];

describe('what an orchestrator may do', () => {
  it('on a bus, with a bucket, is this and nothing else', () => {
    const { template } = orchestrator(withBucket);
    expect(permissions(template, 'OrdersRole')).toEqual(
      [
        ...ALWAYS,
        'events:DescribeEventBus on Bus.Arn',
        'events:PutEvents on Bus.Arn',
        's3:DeleteObject on Large.Arn/shop/*',
        's3:GetObject on Large.Arn/shop/*',
        's3:ListBucket on Large.Arn',
        's3:PutObject on Large.Arn/shop/*',
      ].sort(),
    );
  });

  it('on a topic, without a bucket and without leases, is this and nothing else', () => {
    const { template } = orchestrator(() => ({ lock: false }), topic);
    expect(permissions(template, 'OrdersRole')).toEqual(
      [...ALWAYS.filter((line) => !line.startsWith('dynamodb:UpdateItem')), 'sns:Publish on Topic'].sort(),
    );
  });

  it('has no managed policy, no action by wildcard, and no resource that is any', () => {
    for (const channel of [({ bus }: Place) => ({ bus }), topic]) {
      const { template } = orchestrator(withBucket, channel);
      for (const role of Object.values(template.findResources('AWS::IAM::Role'))) {
        expect(role['Properties'].ManagedPolicyArns).toBeUndefined();
      }
      const allowed = statements(template).filter(({ Effect }) => Effect === 'Allow');
      expect(allowed.length).toBeGreaterThan(10);
      for (const { Action, Resource, Principal } of allowed) {
        for (const action of [Action].flat()) expect(action).not.toContain('*');
        for (const resource of [Resource ?? 'a trust policy has none'].flat()) {
          // Below a name: the schedules of the group, the keys of the prefix. A queue's own policy is about that queue.
          expect(text(resource)).toMatch(/^[^*]{5,}$|^[^*]+:schedule\/[^*]+\/\*$|^Large\.Arn\/shop\/\*$/);
        }
        expect(JSON.stringify(Principal ?? '')).not.toContain('*');
      }
    }
  });

  it('EventBridge Scheduler may send to the queue of wakes only, and only for schedules of this account and group', () => {
    const { template } = orchestrator();
    expect(permissions(template, 'OrdersSchedulerRole')).toEqual(['sqs:SendMessage on OrdersWakes.Arn']);
    const trust = statements(template).find(({ Principal }) =>
      JSON.stringify(Principal ?? '').includes('scheduler.amazonaws.com'),
    );
    expect(trust).toMatchObject({ Effect: 'Allow', Action: 'sts:AssumeRole' });
    const { StringEquals } = (trust?.Condition ?? {}) as { StringEquals: Record<string, unknown> };
    expect(StringEquals['aws:SourceAccount']).toEqual({ Ref: 'AWS::AccountId' });
    expect(text(StringEquals['aws:SourceArn'])).toBe('OrdersSchedules.Arn');
  });
});

describe('what an orchestrator is', () => {
  it('every queue is encrypted, takes no call without TLS, and leaves room for six time-outs of the function', () => {
    const { template } = orchestrator(() => ({ timeout: Duration.seconds(50) }));
    const queues = Object.entries(template.findResources('AWS::SQS::Queue'));
    expect(queues).toHaveLength(3);
    for (const [id, { Properties }] of queues) {
      expect(Properties.SqsManagedSseEnabled, id).toBe(true);
      if (!id.includes('DeadLetters')) expect(Properties.VisibilityTimeout, id).toBe(300);
    }
    const denied = statements(template).filter(({ Effect }) => Effect === 'Deny');
    expect(denied.map(({ Resource }) => text(Resource)).sort()).toEqual([
      'OrdersDeadLetters.Arn',
      'OrdersQueue.Arn',
      'OrdersWakes.Arn',
    ]);
  });

  it('a given function sets the time of the queues, by its own time-out or by that of Lambda', () => {
    for (const [timeout, seconds] of [[20, 120] as const, [undefined, 18] as const]) {
      const { template } = orchestrator(({ stack }) => ({
        code: undefined,
        function: new LambdaFunction(stack, 'Mine', {
          code,
          handler: 'index.handler',
          runtime: Runtime.NODEJS_22_X,
          ...(timeout === undefined ? {} : { timeout: Duration.seconds(timeout) }),
        }),
      }));
      template.hasResourceProperties('AWS::SQS::Queue', {
        VisibilityTimeout: seconds,
        RedrivePolicy: Match.anyValue(),
      });
      template.resourceCountIs('AWS::Lambda::Function', 1);
    }
  });

  it('a message that fails five times becomes a dead letter, is kept for 14 days, and rings', () => {
    const { template } = orchestrator();
    const { RedrivePolicy } = properties(template, 'AWS::SQS::Queue', 'OrdersQueue');
    const { maxReceiveCount, deadLetterTargetArn } = RedrivePolicy as Record<string, unknown>;
    expect([maxReceiveCount, text(deadLetterTargetArn)]).toEqual([5, 'OrdersDeadLetters.Arn']);
    template.hasResourceProperties('AWS::SQS::Queue', { MessageRetentionPeriod: 14 * 86_400 });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
    });
    const quiet = orchestrator(() => ({ alarm: false, maxReceiveCount: 9 }));
    quiet.template.resourceCountIs('AWS::CloudWatch::Alarm', 0);
    expect(quiet.made.deadLetterAlarm).toBeUndefined();
    quiet.template.hasResourceProperties('AWS::SQS::Queue', { RedrivePolicy: { maxReceiveCount: 9 } });
  });

  it('the function says of each message of both queues whether it was taken', () => {
    const { template } = orchestrator(() => ({ maxConcurrency: 7 }));
    const triggers = Object.values(template.findResources('AWS::Lambda::EventSourceMapping'));
    expect(triggers.map(({ Properties }) => text(Properties.EventSourceArn)).sort()).toEqual([
      'OrdersQueue.Arn',
      'OrdersWakes.Arn',
    ]);
    for (const { Properties } of triggers) {
      expect(Properties).toMatchObject({ FunctionResponseTypes: ['ReportBatchItemFailures'], BatchSize: 10 });
    }
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      ScalingConfig: { MaximumConcurrency: 7 },
    });
  });

  it('a wake of 15 minutes is kept for longer than that, with time to try again', () => {
    const { template } = orchestrator(() => ({ timeout: Duration.minutes(15) }));
    const wakes = properties(template, 'AWS::SQS::Queue', 'OrdersWakes');
    expect(wakes['MessageRetentionPeriod']).toBeGreaterThanOrEqual(
      900 + 2 * Number(wakes['VisibilityTimeout']),
    );
    // Each wake has a delay of its own, which a FIFO queue would not take.
    expect([wakes['FifoQueue'], wakes['DelaySeconds']]).toEqual([undefined, undefined]);
  });

  it('the bus brings the types it takes, each without its envelope; what cannot be brought is a dead letter', () => {
    const { template } = orchestrator();
    const rules = Object.values(template.findResources('AWS::Events::Rule'));
    const events = rules.find(({ Properties }) => Properties.EventPattern)?.['Properties'];
    expect(events.EventPattern).toEqual({ 'detail-type': ['cmd.order.place', { prefix: 'evt.' }] });
    expect(text(events.EventBusName)).toBe('Bus');
    const [target] = events.Targets;
    expect(target.InputPath).toBe('$.detail');
    expect(text(target.Arn)).toBe('OrdersQueue.Arn');
    expect(text(target.DeadLetterConfig.Arn)).toBe('OrdersDeadLetters.Arn');
  });

  it('the topic brings the types it takes, raw; what cannot be brought is a dead letter', () => {
    const { template } = orchestrator(undefined, topic);
    const [{ Properties } = {} as never] = Object.values(template.findResources('AWS::SNS::Subscription'));
    expect(Properties).toMatchObject({
      Protocol: 'sqs',
      RawMessageDelivery: true,
      FilterPolicy: { type: ['cmd.order.place', { prefix: 'evt.' }] },
    });
    expect(text(Properties.Endpoint)).toBe('OrdersQueue.Arn');
    expect(text(Properties.RedrivePolicy.deadLetterTargetArn)).toBe('OrdersDeadLetters.Arn');
  });

  it('a FIFO topic feeds a FIFO queue with FIFO dead letters; wakes stay on a standard queue', () => {
    const { template } = orchestrator(
      () => ({ fifo: true }),
      ({ fifoTopic }) => ({ topic: fifoTopic }),
    );
    const kinds = Object.entries(template.findResources('AWS::SQS::Queue')).map(([id, { Properties }]) => [
      id.replace(/[0-9A-F]{8}$/, ''),
      Properties.FifoQueue ?? false,
    ]);
    expect(Object.fromEntries(kinds)).toEqual({
      OrdersDeadLetters: true,
      OrdersQueue: true,
      OrdersWakes: false,
    });
  });

  it('it is woken every minute, or as often as was said', () => {
    const wake = (expression: string) => ({ ScheduleExpression: expression, State: 'ENABLED' });
    orchestrator().template.hasResourceProperties('AWS::Events::Rule', wake('rate(1 minute)'));
    orchestrator(() => ({ wakeEvery: Duration.minutes(5) })).template.hasResourceProperties(
      'AWS::Events::Rule',
      wake('rate(5 minutes)'),
    );
  });

  it('the function finds in its environment what it works on', () => {
    const environment = (channel?: (place: Place) => object) => {
      const { template } = orchestrator(withBucket, channel);
      const [{ Properties } = {} as never] = Object.values(template.findResources('AWS::Lambda::Function'));
      const { Variables } = Properties.Environment as { Variables: Record<string, unknown> };
      return Object.fromEntries(Object.entries(Variables).map(([name, value]) => [name, text(value)]));
    };
    const always = {
      XORCA_TABLE: 'Table',
      XORCA_BUCKET: 'Large',
      XORCA_BUCKET_PREFIX: 'shop/',
      XORCA_WAKE_QUEUE_URL: 'OrdersWakes',
      XORCA_WAKE_QUEUE_ARN: 'OrdersWakes.Arn',
      XORCA_SCHEDULER_ROLE_ARN: 'OrdersSchedulerRole.Arn',
      XORCA_SCHEDULE_GROUP: 'OrdersSchedules',
    };
    expect(environment()).toEqual({ ...always, XORCA_BUS: 'Bus' });
    expect(environment(topic)).toEqual({ ...always, XORCA_TOPIC_ARN: 'Topic' });
  });

  it('a function made of code runs on Node.js 22 and keeps its log for a month', () => {
    const { template } = orchestrator();
    template.hasResourceProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Architectures: ['arm64'],
      Timeout: 30,
      MemorySize: 512,
    });
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  });
});
