import {
  CreateTopicCommand,
  PublishBatchCommand,
  PublishCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Emulator } from '../emulator.ts';
import { CREDENTIALS } from './credentials.ts';
import { startFauxqs } from './fauxqs.ts';

let emulator: Emulator;
let sns: SNSClient;
let sqs: SQSClient;
let names = 0;

beforeAll(async () => {
  emulator = await startFauxqs();
  const config = { ...CREDENTIALS, endpoint: emulator.endpoint, maxAttempts: 1 };
  sns = new SNSClient(config);
  sqs = new SQSClient(config);
});
afterAll(async () => {
  sns?.destroy();
  sqs?.destroy();
  await emulator?.stop();
});

/** A topic, and a queue that gets what is published there. */
async function subscribed(Attributes: Record<string, string> = {}, fifo = false) {
  const end = `${++names}${fifo ? '.fifo' : ''}`;
  const kind = fifo ? { Attributes: { FifoQueue: 'true' } } : {};
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: `queue-${end}`, ...kind }));
  const { Attributes: queue } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  const { TopicArn = '' } = await sns.send(
    new CreateTopicCommand({ Name: `topic-${end}`, ...(fifo ? { Attributes: { FifoTopic: 'true' } } : {}) }),
  );
  await sns.send(
    new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queue?.['QueueArn'] ?? '', Attributes }),
  );
  const received = async () => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    );
    for (const { ReceiptHandle } of Messages) {
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
    return Messages.map(({ Body = '' }) => Body);
  };
  return { TopicArn, received };
}

it('wraps what it delivers, unless it is told not to', async () => {
  const wrapped = await subscribed();
  await sns.send(new PublishCommand({ TopicArn: wrapped.TopicArn, Message: 'hello' }));
  const [envelope = '{}'] = await wrapped.received();
  expect(JSON.parse(envelope)).toMatchObject({
    Type: 'Notification',
    TopicArn: wrapped.TopicArn,
    Message: 'hello',
  });

  const raw = await subscribed({ RawMessageDelivery: 'true' });
  await sns.send(new PublishCommand({ TopicArn: raw.TopicArn, Message: 'hello' }));
  expect(await raw.received()).toEqual(['hello']);
});

it('delivers only what the filter of a subscription lets through', async () => {
  const { TopicArn, received } = await subscribed({
    RawMessageDelivery: 'true',
    FilterPolicy: JSON.stringify({ type: [{ prefix: 'evt.' }] }),
  });
  for (const type of ['evt.a', 'cmd.a']) {
    const MessageAttributes = { type: { DataType: 'String', StringValue: type } };
    await sns.send(new PublishCommand({ TopicArn, Message: type, MessageAttributes }));
  }
  expect(await received()).toEqual(['evt.a']);
});

it('a batch has at most 10 entries', async () => {
  const { TopicArn } = await subscribed();
  const entries = Array.from({ length: 11 }, (_, n) => ({ Id: String(n), Message: 'x' }));
  await expect(
    sns.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: entries })),
  ).rejects.toMatchObject({ name: /TooManyEntries/ });
});

it('a message has at most 256 KiB', async () => {
  const { TopicArn } = await subscribed();
  await expect(
    sns.send(new PublishCommand({ TopicArn, Message: 'x'.repeat(262_145) })),
  ).rejects.toMatchObject({ name: /InvalidParameter/ });
});

it('a FIFO topic keeps the order of a group, and takes a message once', async () => {
  const { TopicArn, received } = await subscribed({ RawMessageDelivery: 'true' }, true);
  const entries = ['1', '2', '1'].map((id, n) => ({
    Id: String(n),
    Message: id,
    MessageGroupId: 'a',
    MessageDeduplicationId: id,
  }));
  await sns.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: entries }));
  // Its queues give out one message of a group at a time; those of SQS give out several.
  expect([...(await received()), ...(await received()), ...(await received())]).toEqual(['1', '2']);
});

it('a topic that is not there is told', async () => {
  const TopicArn = 'arn:aws:sns:eu-central-1:000000000000:nowhere';
  await expect(sns.send(new PublishCommand({ TopicArn, Message: 'x' }))).rejects.toMatchObject({
    name: /NotFound/,
  });
});
