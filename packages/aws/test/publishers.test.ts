import { deepStrictEqual } from 'node:assert';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { CloudEvent } from '@xorca/core';
import { type PublisherUnderTest, publisherContract } from '@xorca/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CREDENTIALS } from '../../../tools/emulators/aws/credentials.ts';
import { type EventBridge, startEventBridge } from '../../../tools/emulators/aws/event-bridge.ts';
import { startFauxqs } from '../../../tools/emulators/aws/fauxqs.ts';
import { startSqs } from '../../../tools/emulators/aws/sqs.ts';
import { startWire } from '../../../tools/emulators/aws/wire.ts';
import type { Emulator } from '../../../tools/emulators/emulator.ts';
import type { Wire } from '../../../tools/emulators/wire.ts';
import { eventBridgePublisher, snsPublisher, sqsPublisher } from '../src/index.ts';
import { refusing } from './support/refusing.ts';

interface Wired {
  readonly emulator: Emulator;
  readonly wire: Wire;
}
let strict: Wired;
let both: Wired;
let queueName = 0;

async function wired(emulator: Emulator): Promise<Wired> {
  return { emulator, wire: await startWire(emulator.endpoint) };
}

beforeAll(async () => {
  [strict, both] = await Promise.all([startSqs().then(wired), startFauxqs().then(wired)]);
});
afterAll(async () => {
  for (const { emulator, wire } of [strict, both]) {
    await wire.stop();
    await emulator.stop();
  }
});

const config = (endpoint: string) => ({ ...CREDENTIALS, endpoint, maxAttempts: 1 });

async function queue(sqs: SQSClient, fifo: boolean) {
  const QueueName = `q${++queueName}${fifo ? '.fifo' : ''}`;
  const { QueueUrl: url = '' } = await sqs.send(
    new CreateQueueCommand({ QueueName, ...(fifo ? { Attributes: { FifoQueue: 'true' } } : {}) }),
  );
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
  );
  return { url, arn: Attributes?.['QueueArn'] ?? '' };
}

/** A consumer that empties a queue each time it is asked. */
function consumer(sqs: SQSClient, QueueUrl: string) {
  const messages: Message[] = [];
  return async () => {
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
      );
      if (Messages.length === 0) return messages;
      messages.push(...Messages);
      for (const { ReceiptHandle } of Messages) {
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
    }
  };
}

const eventOf = ({ Body = '' }: Message) => JSON.parse(Body) as CloudEvent;

async function overSqs(fifo: boolean): Promise<PublisherUnderTest> {
  const { emulator, wire } = strict;
  const direct = new SQSClient(config(emulator.endpoint));
  const { url } = await queue(direct, fifo);
  const { client, refuses } = refusing(new SQSClient(config(wire.endpoint)));
  const receive = consumer(direct, url);
  return {
    publisher: sqsPublisher({ queueUrl: url, client }),
    received: async () => (await receive()).map(eventOf),
    refuses,
    outage: (work) => wire.during('away', work),
  };
}

async function overSns(fifo: boolean): Promise<PublisherUnderTest & { messages(): Promise<Message[]> }> {
  const { emulator, wire } = both;
  const sqs = new SQSClient(config(emulator.endpoint));
  const sns = new SNSClient(config(emulator.endpoint));
  const { url, arn } = await queue(sqs, fifo);
  const Name = `t${queueName}${fifo ? '.fifo' : ''}`;
  const { TopicArn: topicArn = '' } = await sns.send(
    new CreateTopicCommand({ Name, ...(fifo ? { Attributes: { FifoTopic: 'true' } } : {}) }),
  );
  await sns.send(
    new SubscribeCommand({
      TopicArn: topicArn,
      Protocol: 'sqs',
      Endpoint: arn,
      Attributes: { RawMessageDelivery: 'true' },
    }),
  );
  const { client, refuses } = refusing(new SNSClient(config(wire.endpoint)));
  const receive = consumer(sqs, url);
  return {
    publisher: snsPublisher({ topicArn, client }),
    received: async () => (await receive()).map(eventOf),
    messages: receive,
    refuses,
    outage: (work) => wire.during('away', work),
  };
}

async function overEventBridge(): Promise<PublisherUnderTest & { bus: EventBridge }> {
  const bus = await startEventBridge(['orders']);
  const wire = await startWire(bus.endpoint);
  servers.push(bus, wire);
  const { client, refuses } = refusing(new EventBridgeClient(config(wire.endpoint)));
  return {
    publisher: eventBridgePublisher({ bus: 'orders', client }),
    received: () => bus.taken.map(({ Detail = '' }) => JSON.parse(Detail) as CloudEvent),
    refuses,
    outage: (work) => wire.during('away', work),
    bus,
  };
}
const servers: { stop(): Promise<void> }[] = [];
afterAll(async () => {
  for (const server of servers.reverse()) await server.stop();
});

for (const [name, make] of Object.entries({
  'sqsPublisher on a FIFO queue': () => overSqs(true),
  'sqsPublisher on a standard queue': async () => ({ ...(await overSqs(false)), order: 'none' as const }),
  'snsPublisher on a FIFO topic': () => overSns(true),
  'snsPublisher on a standard topic': async () => ({ ...(await overSns(false)), order: 'none' as const }),
  eventBridgePublisher: overEventBridge,
})) {
  describe(name, () => {
    for (const one of publisherContract) {
      it(one.name, async () => deepStrictEqual(await one.show(make), undefined, one.name));
    }
  });
}

describe('what a consumer sees', () => {
  const event = {
    specversion: '1.0',
    id: 'p/1',
    source: '/orch',
    type: 'cmd.books.fetch',
    subject: 'p',
  } as CloudEvent;

  it('SNS carries the type as an attribute, for filter policies; a type that is none goes without', async () => {
    const test = await overSns(false);
    const odd = { ...event, id: 'p/2', type: `cmd.${'x'.repeat(300)}` };
    await test.publisher.publish([event, odd]);
    await expect.poll(async () => (await test.messages()).length).toBe(2);
    const byId = new Map(
      (await test.messages()).map((message) => [eventOf(message).id, message.MessageAttributes]),
    );
    expect(byId.get('p/1')?.['type']?.StringValue).toBe('cmd.books.fetch');
    expect(byId.get('p/2')?.['type']).toBeUndefined();
  });

  it('EventBridge matches by type and source, and has the time of the event', async () => {
    const { publisher, bus } = await overEventBridge();
    await publisher.publish([
      { ...event, time: '2026-01-02T03:04:05Z' },
      { ...event, id: 'p/2', time: 'soon' },
    ]);
    expect(bus.taken[0]).toMatchObject({
      DetailType: 'cmd.books.fetch',
      Source: '/orch',
      EventBusName: 'orders',
    });
    expect(bus.taken[0]?.Time).toBe(Date.parse('2026-01-02T03:04:05Z') / 1_000);
    expect(bus.taken[1]?.Time).toBeUndefined();
  });

  it('a FIFO queue swallows what comes again, and not what another source calls by the same id', async () => {
    const test = await overSqs(true);
    await test.publisher.publish([event, event, { ...event, source: '/other' }]);
    await test.publisher.publish([event]);
    const got = await test.received();
    expect(got.map(({ source }) => source)).toEqual(['/orch', '/other']);
  });
});

it('what goes out together costs one call for ten events, and none that is refused for its size', async () => {
  const test = await overSqs(false);
  const { calls } = strict.wire;
  calls.length = 0;
  const events = (count: number, data: string) =>
    Array.from({ length: count }, (_, n) => ({
      specversion: '1.0',
      id: `p/${n}`,
      source: '/s',
      type: 't',
      subject: 'p',
      data,
    }));
  await test.publisher.publish(events(10, ''));
  expect(calls.map(({ action }) => action)).toEqual(['SendMessageBatch']);
  await test.publisher.publish(events(10, 'x'.repeat(300_000)));
  expect(calls.slice(1).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
});

describe('what cannot be sent', () => {
  const event = { specversion: '1.0', id: 'p/1', source: '/orch', type: 'cmd.a', subject: 'p' } as CloudEvent;
  const failures = async (publishing: Promise<void>) => {
    const error = await publishing.then(
      () => undefined,
      (thrown: { failed: unknown }) => thrown,
    );
    return error?.failed;
  };

  it('is named with its size and the limit', async () => {
    const test = await overSqs(false);
    const large = { ...event, data: 'x'.repeat(1_048_576) };
    expect(await failures(test.publisher.publish([large]))).toEqual([
      {
        id: 'p/1',
        retryable: false,
        reason: expect.stringMatching(/cmd\.a has 10\d{5} bytes.*at most 1048576.*claimCheck/),
      },
    ]);
  });

  it('over EventBridge: types and sources that it does not know, each for good, and no neighbour with it', async () => {
    const { publisher, received } = await overEventBridge();
    const odd = [
      { ...event, id: 'type', type: `cmd.${'x'.repeat(125)}` },
      { ...event, id: 'source', source: `/${'x'.repeat(256)}` },
      { ...event, id: 'aws', source: 'aws.s3' },
    ];
    expect(await failures(publisher.publish([event, ...odd, { ...event, id: 'p/2' }]))).toEqual(
      odd.map(({ id }) => ({ id, retryable: false, reason: expect.any(String) })),
    );
    expect((await received()).map(({ id }) => id)).toEqual(['p/1', 'p/2']);
  });

  it('waits where the queue, topic or bus is not there, named, and where a permission is missing, by the action', async () => {
    const bus = await startEventBridge();
    servers.push(bus);
    const sqs = {
      queueUrl: `${strict.emulator.endpoint}/123456789012/nowhere`,
      client: new SQSClient(config(strict.wire.endpoint)),
    };
    const sns = {
      topicArn: 'arn:aws:sns:eu-central-1:000000000000:nowhere',
      client: new SNSClient(config(both.wire.endpoint)),
    };
    const missing = {
      'There is no queue "nowhere"': sqsPublisher(sqs),
      'There is no topic "nowhere"': snsPublisher(sns),
      'There is no event bus "nowhere"': eventBridgePublisher({
        bus: 'nowhere',
        client: new EventBridgeClient(config(bus.endpoint)),
      }),
    };
    for (const [words, publisher] of Object.entries(missing)) {
      expect(await failures(publisher.publish([event])), words).toEqual([
        { id: 'p/1', retryable: true, reason: expect.stringContaining(words) },
      ]);
    }
    const denied = {
      status: 403,
      body: { __type: 'AccessDeniedException', message: 'User is not authorized' },
    };
    await strict.wire.during(denied, async () => {
      expect(await failures(sqsPublisher(sqs).publish([event]))).toEqual([
        {
          id: 'p/1',
          retryable: true,
          reason: expect.stringMatching(/No permission for sqs:SendMessage on queue "nowhere"/),
        },
      ]);
    });
  });

  it('one entry for whose sake a whole call is refused goes alone, and its neighbours go out', async () => {
    const test = await overSqs(false);
    const { emulator } = strict;
    const direct = new SQSClient(config(emulator.endpoint));
    const { url } = await queue(direct, false);
    const picky = {
      async send(command: { input: { Entries: { MessageBody: string }[] } }) {
        if (!command.input.Entries.some(({ MessageBody }) => MessageBody.includes('bad')))
          return direct.send(command as never);
        throw Object.assign(new Error('invalid'), {
          name: 'InvalidMessageContents',
          $metadata: { httpStatusCode: 400 },
        });
      },
    };
    const events = ['p/1', 'bad', 'p/2'].map((id) => ({ ...event, id }));
    expect(await failures(sqsPublisher({ queueUrl: url, client: picky as never }).publish(events))).toEqual([
      { id: 'bad', retryable: false, reason: expect.stringContaining('InvalidMessageContents') },
    ]);
    const receive = consumer(direct, url);
    expect((await receive()).map((message) => eventOf(message).id).sort()).toEqual(['p/1', 'p/2']);
    void test;
  });

  it('options that do not fit are refused at once', () => {
    const wrong: readonly [() => unknown, RegExp][] = [
      [() => sqsPublisher({ queueUrl: 'queue' }), /needs queueUrl/],
      [() => sqsPublisher({ queueurl: 'x' } as never), /Did you mean "queueUrl"/],
      [() => snsPublisher({ topicArn: 'topic' }), /needs topicArn/],
      [() => eventBridgePublisher({ bus: '' }), /bus of eventBridgePublisher/],
      [() => eventBridgePublisher({ maxEventBytes: 2_000_000 }), /from 1 to/],
    ];
    for (const [make, message] of wrong) expect(make).toThrow(message);
  });
});
