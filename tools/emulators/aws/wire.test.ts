import {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateTopicCommand, ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ListQueuesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Emulator } from '../emulator.ts';
import type { Wire } from '../wire.ts';
import { CREDENTIALS } from './credentials.ts';
import { startDynamoDb } from './dynamodb.ts';
import { startFauxqs } from './fauxqs.ts';
import { startWire } from './wire.ts';

let emulators: Emulator[];
let dynamodbWire: Wire;
let wire: Wire;
let dynamodb: DynamoDBClient;
let s3: S3Client;
let sqs: SQSClient;
let sns: SNSClient;
let scheduler: SchedulerClient;
let eventBridge: EventBridgeClient;

beforeAll(async () => {
  emulators = await Promise.all([startDynamoDb(), startFauxqs()]);
  [dynamodbWire, wire] = (await Promise.all(emulators.map(({ endpoint }) => startWire(endpoint)))) as [
    Wire,
    Wire,
  ];
  const config = { ...CREDENTIALS, endpoint: wire.endpoint, maxAttempts: 1 };
  dynamodb = new DynamoDBClient({ ...config, endpoint: dynamodbWire.endpoint });
  s3 = new S3Client({ ...config, forcePathStyle: true });
  sqs = new SQSClient(config);
  sns = new SNSClient(config);
  scheduler = new SchedulerClient(config);
  eventBridge = new EventBridgeClient(config);
  await dynamodb.send(
    new CreateTableCommand({
      TableName: 'items',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    }),
  );
  await s3.send(new CreateBucketCommand({ Bucket: 'things' }));
});
afterAll(async () => {
  for (const client of [dynamodb, s3, sqs, sns, scheduler, eventBridge]) client?.destroy();
  for (const one of [dynamodbWire, wire, ...emulators]) await one?.stop();
});
beforeEach(() => {
  dynamodbWire.calls.length = 0;
  wire.calls.length = 0;
});

const putItem = (pk: string, client = dynamodb) =>
  client.send(new PutItemCommand({ TableName: 'items', Item: { pk: { S: pk } } }));
async function isItem(pk: string): Promise<boolean> {
  const { Item } = await dynamodb.send(
    new GetItemCommand({ TableName: 'items', Key: { pk: { S: pk } }, ConsistentRead: true }),
  );
  return Item !== undefined;
}

it('open, it changes nothing, and names each call as its service does', async () => {
  await putItem('open');
  expect(await isItem('open')).toBe(true);
  expect(dynamodbWire.calls.map(({ action, status }) => [action, status])).toEqual([
    ['PutItem', 200],
    ['GetItem', 200],
  ]);
  expect(dynamodbWire.calls[0]?.request).toEqual({ TableName: 'items', Item: { pk: { S: 'open' } } });

  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'queue' }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
  await sns.send(new CreateTopicCommand({ Name: 'topic' }));
  const object = { Bucket: 'things', Key: 'a/b' };
  await s3.send(new PutObjectCommand({ ...object, Body: 'x' }));
  await (await s3.send(new GetObjectCommand(object))).Body?.transformToString();
  await s3.send(new ListObjectsV2Command({ Bucket: 'things' }));
  await s3.send(new DeleteObjectCommand(object));
  expect(wire.calls.map(({ action }) => action)).toEqual([
    'CreateQueue',
    'SendMessage',
    'CreateTopic',
    'PutObject',
    'GetObject',
    'ListObjectsV2',
    'DeleteObject',
  ]);
});

it('away, nothing reaches the service', async () => {
  await dynamodbWire.during('away', async () => {
    await expect(putItem('away')).rejects.toThrow(/ECONNRESET|hang up|EPIPE/);
  });
  expect(dynamodbWire.calls).toEqual([]);
  expect(await isItem('away')).toBe(false);
});

it('with a lost reply, the service does what was asked, and the client hears nothing', async () => {
  await dynamodbWire.during('lostReply', async () => {
    await expect(putItem('lost')).rejects.toThrow(/ECONNRESET|hang up|EPIPE/);
  });
  expect(dynamodbWire.calls.map(({ action }) => action)).toEqual(['PutItem']);
  expect(await isItem('lost')).toBe(true);
});

it('for one call only, a client that tries again gets through', async () => {
  const patient = new DynamoDBClient({ ...CREDENTIALS, endpoint: dynamodbWire.endpoint, maxAttempts: 2 });
  for (const mode of ['away', 'throttled', 'lostReply'] as const) {
    await dynamodbWire.during(mode, () => putItem(mode, patient), 1);
    expect(await isItem(mode)).toBe(true);
  }
  patient.destroy();
});

it('throttled, each service tells it in its own way, which its client knows for throttling', async () => {
  const ways: Record<string, [() => Promise<unknown>, Wire, string, number]> = {
    DynamoDB: [() => dynamodb.send(new ListTablesCommand({})), dynamodbWire, 'ThrottlingException', 400],
    S3: [() => s3.send(new ListObjectsV2Command({ Bucket: 'things' })), wire, 'SlowDown', 503],
    SQS: [() => sqs.send(new ListQueuesCommand({})), wire, 'RequestThrottled', 403],
    SNS: [() => sns.send(new ListTopicsCommand({})), wire, 'Throttling', 400],
    EventBridge: [
      () => eventBridge.send(new PutEventsCommand({ Entries: [] })),
      wire,
      'ThrottlingException',
      400,
    ],
    Scheduler: [
      () => scheduler.send(new GetScheduleCommand({ Name: 'a' })),
      wire,
      'ThrottlingException',
      429,
    ],
  };
  for (const [service, [call, way, name, httpStatusCode]] of Object.entries(ways)) {
    await way.during('throttled', async () => {
      await expect(call(), service).rejects.toMatchObject({ name, $metadata: { httpStatusCode } });
    });
  }
  expect([...wire.calls, ...dynamodbWire.calls]).toEqual([]);
});

it('an answer can be given in place of the service', async () => {
  const body = '<Error><Code>ConditionalRequestConflict</Code><Message>again</Message></Error>';
  const put = () =>
    s3.send(new PutObjectCommand({ Bucket: 'things', Key: 'conflict', Body: 'x', IfNoneMatch: '*' }));
  await expect(wire.during({ status: 409, body }, put, 1)).rejects.toMatchObject({
    name: 'ConditionalRequestConflict',
    $metadata: { httpStatusCode: 409 },
  });
  await put();
});

it('counts bodies as they are, and carries 20 MB both ways', async () => {
  const body = Buffer.alloc(20_000_000, 'large ');
  const object = { Bucket: 'things', Key: 'large' };
  await s3.send(new PutObjectCommand({ ...object, Body: body }));
  const { Body } = await s3.send(new GetObjectCommand(object));
  expect(body.equals((await Body?.transformToByteArray()) ?? new Uint8Array())).toBe(true);

  const [put, get] = wire.calls;
  expect(put?.sentBytes).toBeGreaterThanOrEqual(body.length);
  expect(get?.sentBytes).toBe(0);
  expect(get?.answerBytes).toBe(body.length);
  for (const call of wire.calls) {
    expect(call.headerBytes).toBeGreaterThan(200);
    expect(call.headerBytes).toBeLessThan(4_000);
  }
});

it('carries many calls at once', async () => {
  await Promise.all(Array.from({ length: 50 }, (_, n) => putItem(`many-${n}`)));
  expect(dynamodbWire.calls).toHaveLength(50);
});

it('a service that is gone is told as a broken connection', async () => {
  const orphan = await startWire('http://127.0.0.1:9');
  await expect(fetch(orphan.endpoint)).rejects.toThrow();
  await orphan.stop();
});
