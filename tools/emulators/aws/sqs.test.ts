import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Emulator } from '../emulator.ts';
import { CREDENTIALS } from './credentials.ts';
import { startSqs } from './sqs.ts';

let emulator: Emulator;
let client: SQSClient;
let queues = 0;

beforeAll(async () => {
  emulator = await startSqs();
  client = new SQSClient({ ...CREDENTIALS, endpoint: emulator.endpoint, maxAttempts: 1 });
});
afterAll(async () => {
  client?.destroy();
  await emulator?.stop();
});

async function queue(Attributes: Record<string, string> = {}): Promise<string> {
  const QueueName = `queue-${++queues}${Attributes['FifoQueue'] ? '.fifo' : ''}`;
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName, Attributes }));
  return QueueUrl;
}

const send = (QueueUrl: string, MessageBody: string, more: object = {}) =>
  client.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));
const inGroup = (MessageGroupId: string, MessageDeduplicationId: string) => ({
  MessageGroupId,
  MessageDeduplicationId,
});
async function receive(QueueUrl: string, more: object = {}): Promise<Message[]> {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...more }),
  );
  return Messages;
}
const remove = (QueueUrl: string, { ReceiptHandle }: Message) =>
  client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
const giveBack = (QueueUrl: string, { ReceiptHandle }: Message) =>
  client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
const bodies = (messages: readonly Message[]) => messages.map(({ Body }) => Body);

it('a delay of more than 900 seconds is refused', async () => {
  const url = await queue();
  await expect(send(url, 'late', { DelaySeconds: 901 })).rejects.toMatchObject({
    name: 'InvalidParameterValue',
  });
  await send(url, 'late', { DelaySeconds: 900 });
  expect(await receive(url)).toEqual([]);
});

it('a FIFO queue refuses delays of single messages, and messages without a group', async () => {
  const url = await queue({ FifoQueue: 'true' });
  await expect(send(url, 'late', { DelaySeconds: 1, ...inGroup('g', '1') })).rejects.toThrow(/DelaySeconds/);
  await expect(send(url, 'lone', { MessageDeduplicationId: '1' })).rejects.toThrow(/MessageGroupId/);
});

it('a batch has at most 10 entries, ids that differ, and 1 MiB', async () => {
  const QueueUrl = await queue();
  const batch = (entries: readonly { Id: string; MessageBody: string }[]) =>
    client.send(new SendMessageBatchCommand({ QueueUrl, Entries: [...entries] }));
  const many = Array.from({ length: 11 }, (_, n) => ({ Id: String(n), MessageBody: 'x' }));

  await expect(batch(many)).rejects.toMatchObject({ name: 'TooManyEntriesInBatchRequest' });
  await expect(batch([])).rejects.toMatchObject({ name: 'EmptyBatchRequest' });
  await expect(
    batch([
      { Id: 'a', MessageBody: 'x' },
      { Id: 'a', MessageBody: 'y' },
    ]),
  ).rejects.toMatchObject({ name: 'BatchEntryIdsNotDistinct' });
  const half = 'x'.repeat(524_289);
  await expect(
    batch([
      { Id: 'a', MessageBody: half },
      { Id: 'b', MessageBody: half },
    ]),
  ).rejects.toMatchObject({ name: 'BatchRequestTooLong' });
});

it('one entry of a batch may fail alone', async () => {
  const QueueUrl = await queue();
  const Entries = [
    { Id: 'good', MessageBody: 'good' },
    { Id: 'bad', MessageBody: 'bad', DelaySeconds: 901 },
  ];
  const { Successful, Failed } = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  expect(Successful?.map(({ Id }) => Id)).toEqual(['good']);
  expect(Failed).toMatchObject([{ Id: 'bad', SenderFault: true }]);
});

it('a group gives out nothing while one of its messages is being worked on; others do', async () => {
  const url = await queue({ FifoQueue: 'true' });
  await send(url, 'a1', inGroup('a', '1'));
  const [first] = await receive(url, { MaxNumberOfMessages: 1 });
  await send(url, 'a2', inGroup('a', '2'));
  await send(url, 'b1', inGroup('b', '3'));

  expect(bodies(await receive(url))).toEqual(['b1']);
  await remove(url, first as Message);
  expect(bodies(await receive(url))).toEqual(['a2']);
});

it('a message that is given back comes first again in its group', async () => {
  const url = await queue({ FifoQueue: 'true' });
  await send(url, 'a1', inGroup('a', '1'));
  await send(url, 'a2', inGroup('a', '2'));
  const [first] = await receive(url, { MaxNumberOfMessages: 1 });
  await giveBack(url, first as Message);
  expect(bodies(await receive(url))).toEqual(['a1', 'a2']);
});

it('a FIFO queue takes a message once by its deduplication id', async () => {
  const url = await queue({ FifoQueue: 'true' });
  const { MessageId } = await send(url, 'once', inGroup('a', 'same'));
  const again = await send(url, 'once', inGroup('a', 'same'));
  expect(again.MessageId).toBe(MessageId);
  const messages = await receive(url);
  expect(bodies(messages)).toEqual(['once']);
  await remove(url, messages[0] as Message);
  await send(url, 'once', inGroup('a', 'same'));
  expect(await receive(url)).toEqual([]);
});

it('a message that was received often enough goes to the dead letters', async () => {
  const dead = await queue();
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: dead, AttributeNames: ['QueueArn'] }),
  );
  const url = await queue({
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: Attributes?.['QueueArn'], maxReceiveCount: 2 }),
  });
  await send(url, 'poison');
  for (const count of ['1', '2']) {
    const [message] = await receive(url, { AttributeNames: ['ApproximateReceiveCount'] });
    expect(message?.Attributes?.ApproximateReceiveCount).toBe(count);
    await giveBack(url, message as Message);
  }
  expect(await receive(url)).toEqual([]);
  const letters: Message[] = [];
  await expect.poll(async () => letters.push(...(await receive(dead)))).toBe(1);
  expect(bodies(letters)).toEqual(['poison']);
});

it('a group goes on when its poisonous message is with the dead letters', async () => {
  const dead = await queue({ FifoQueue: 'true' });
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: dead, AttributeNames: ['QueueArn'] }),
  );
  const RedrivePolicy = JSON.stringify({
    deadLetterTargetArn: Attributes?.['QueueArn'],
    maxReceiveCount: 1,
  });
  const url = await queue({ FifoQueue: 'true', RedrivePolicy });
  await send(url, 'poison', inGroup('a', '1'));
  const [poison] = await receive(url);
  await send(url, 'next', inGroup('a', '2'));
  expect(await receive(url)).toEqual([]);

  await giveBack(url, poison as Message);

  const next: Message[] = [];
  await expect.poll(async () => next.push(...(await receive(url)))).toBe(1);
  expect(bodies(next)).toEqual(['next']);
  expect(bodies(await receive(dead))).toEqual(['poison']);
});

it('a queue that is not there is told by its name', async () => {
  await expect(client.send(new GetQueueUrlCommand({ QueueName: 'nowhere' }))).rejects.toMatchObject({
    name: 'QueueDoesNotExist',
  });
});
