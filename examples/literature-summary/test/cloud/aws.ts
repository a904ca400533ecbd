import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { createTables, dynamodbStore, snsPublisher } from '@xorca/aws';
import type { CloudEvent } from '@xorca/core';
import { CREDENTIALS } from '../../../../tools/emulators/aws/credentials.ts';
import { startDynamoDb } from '../../../../tools/emulators/aws/dynamodb.ts';
import { startFauxqs } from '../../../../tools/emulators/aws/fauxqs.ts';
import { startWire } from '../../../../tools/emulators/aws/wire.ts';
import { type EventSource, startEventSource } from '../../../../tools/emulators/lambda/event-source.ts';
import { type Lambda, startLambda } from '../../../../tools/emulators/lambda/lambda.ts';
import type { Cloud, CloudOptions } from './cloud.ts';

/** The functions of `lambda.ts`, and which events each gets. */
const FUNCTIONS = {
  orchestrator: [{ prefix: 'evt.' }, 'cmd.literature.summarise'],
  library: ['cmd.books.fetch'],
  summariser: ['cmd.gpt.summary'],
  regulations: [{ prefix: 'cmd.regulations.' }],
} as const;

type FunctionName = keyof typeof FUNCTIONS;

// What a crashed invocation had comes again after this time; longer than most invocations take.
const VISIBILITY_SECONDS = 3;

/**
 * The example on AWS as far as it can be had on one machine: DynamoDB, S3, SNS and SQS as processes of their own behind wires, and the
 * functions of `lambda.ts` in processes that speak Lambda's protocol, each behind a queue with dead letters.
 */
export async function startAws({ books, fault, timeoutMs }: CloudOptions): Promise<Cloud> {
  const emulators = await Promise.all([startDynamoDb(), startFauxqs()]);
  const wires = await Promise.all(emulators.map(({ endpoint }) => startWire(endpoint)));
  const [database, other] = wires as [(typeof wires)[0], (typeof wires)[0]];
  const direct = { ...CREDENTIALS, endpoint: emulators[1].endpoint };
  const sqs = new SQSClient(direct);
  const sns = new SNSClient(direct);
  const dynamodb = new DynamoDBClient({ ...CREDENTIALS, endpoint: emulators[0].endpoint });
  const place = { table: 'xorca', client: dynamodb };
  await createTables(place);
  await new S3Client(direct).send(new CreateBucketCommand({ Bucket: 'pages' }));
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'orchestration' }));

  async function queue(name: string, attributes: Record<string, string> = {}) {
    const { QueueUrl = '' } = await sqs.send(
      new CreateQueueCommand({ QueueName: name, Attributes: attributes }),
    );
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
    );
    return { url: QueueUrl, arn: Attributes?.['QueueArn'] ?? '' };
  }
  const dead = await queue('dead');
  const input = (name: string) =>
    queue(name, {
      VisibilityTimeout: String(VISIBILITY_SECONDS),
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 20 }),
    });
  const subscribe = (arn: string, type?: readonly unknown[]) =>
    sns.send(
      new SubscribeCommand({
        TopicArn,
        Protocol: 'sqs',
        Endpoint: arn,
        Attributes: {
          RawMessageDelivery: 'true',
          ...(type ? { FilterPolicy: JSON.stringify({ type }) } : {}),
        },
      }),
    );
  const everything = await queue('everything');
  await subscribe(everything.arn);
  const wakes = await input('wakes');

  const env = {
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    AWS_ENDPOINT_URL: other.endpoint,
    XORCA_TABLE: place.table,
    XORCA_TOPIC_ARN: TopicArn,
    XORCA_BUCKET: 'pages',
    XORCA_WAKE_QUEUE_URL: wakes.url,
    BOOKS: books,
  };
  const lambdas = {} as Record<FunctionName, Lambda>;
  const sources: EventSource[] = [];
  for (const name of Object.keys(FUNCTIONS) as FunctionName[]) {
    lambdas[name] = await startLambda({
      entry: join(import.meta.dirname, '../../lambda.ts'),
      handler: name,
      env,
      timeoutMs,
      concurrency: 2,
      fault,
    });
    const { url, arn } = await input(name);
    await subscribe(arn, FUNCTIONS[name]);
    sources.push(startEventSource({ sqs, queueUrl: url, queueArn: arn, lambda: lambdas[name] }));
  }
  sources.push(
    startEventSource({ sqs, queueUrl: wakes.url, queueArn: wakes.arn, lambda: lambdas.orchestrator }),
  );

  return {
    // The SDK waits longer for an answer than an invocation may take.
    silent: (work) => database.during('silent', work, 3),
    stats() {
      const all = Object.values(lambdas).map(({ stats }) => stats);
      return {
        killed: all.reduce((sum, { killed }) => sum + killed, 0),
        timedOut: all.reduce((sum, { timedOut }) => sum + timedOut, 0),
      };
    },
    dead: () => drain(sqs, dead.url),
    sent: () => drain(sqs, everything.url),
    store: dynamodbStore(place),
    publisher: snsPublisher({ topicArn: TopicArn, client: sns }),
    /** What a rule with `rate(1 minute)` sends. */
    async cron(): Promise<void> {
      const event = { id: randomUUID(), source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };
      // A crash of it is made good by the next.
      for (const name of Object.keys(FUNCTIONS) as FunctionName[])
        await lambdas[name].invoke(event).catch(() => undefined);
    },
    async stop(): Promise<void> {
      await Promise.all(sources.map((source) => source.stop()));
      await Promise.all(Object.values(lambdas).map((lambda) => lambda.stop()));
      for (const { stop } of [...wires, ...emulators]) await stop();
    },
  };
}

/** Takes everything off a queue, as events. */
async function drain(sqs: SQSClient, QueueUrl: string): Promise<CloudEvent[]> {
  const events: CloudEvent[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    );
    if (Messages.length === 0) return events;
    events.push(...Messages.map(({ Body = '' }) => JSON.parse(Body) as CloudEvent));
    const Entries = Messages.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
}
