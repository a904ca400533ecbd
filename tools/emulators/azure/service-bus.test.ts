import {
  ServiceBusClient,
  type ServiceBusReceivedMessage,
  type ServiceBusReceiver,
} from '@azure/service-bus';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type ServiceBusEmulator, startServiceBus } from './service-bus.ts';

let bus: ServiceBusEmulator;
let client: ServiceBusClient;

// Without patience: what is refused is refused once.
const IMPATIENT = { retryOptions: { maxRetries: 0, retryDelayInMs: 1, timeoutInMs: 10_000 } };
const KIB = 1_024;

beforeAll(async () => {
  bus = await startServiceBus({
    queues: {
      plain: {},
      small: { maxMessageBytes: 2 * KIB },
      twice: { maxDeliveryCount: 2 },
      settled: {},
      deferred: {},
      fair: {},
      peeked: {},
      drained: {},
      many: {},
      soon: {},
    },
    topics: {
      things: {
        subscriptions: {
          all: {},
          made: { filter: ['thing.made'] },
          changes: { filter: [{ prefix: 'thing.changed' }, 'thing.moved'] },
          ordered: { requiresSession: true },
        },
      },
    },
  });
  client = new ServiceBusClient(bus.connection, IMPATIENT);
});
afterAll(async () => {
  await client?.close();
  await bus?.stop();
});
beforeEach(() => bus.forget());

const send = (queue: string, ...bodies: readonly unknown[]) =>
  client.createSender(queue).sendMessages(bodies.map((body) => ({ body })));
const bodies = (messages: readonly { readonly body: unknown }[]) => messages.map(({ body }) => body);
const inQueue = async (queue: string) => bodies(await bus.messages(queue));

async function receiveOne(receiver: ServiceBusReceiver): Promise<ServiceBusReceivedMessage> {
  const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 10_000 });
  if (message === undefined) throw new Error('There is nothing to receive.');
  return message;
}

it('a message arrives as it was sent', async () => {
  const sent = {
    body: { a: [1, 'two', null] },
    messageId: 'id',
    sessionId: 'session',
    subject: 'subject',
    correlationId: 'correlation',
    contentType: 'application/json',
    replyTo: 'reply',
    to: 'to',
    applicationProperties: { text: 'x', number: 1.5, whole: 3, flag: true },
  };
  await client.createSender('plain').sendMessages(sent);
  const receiver = client.createReceiver('plain');
  const received = await receiveOne(receiver);
  expect(received).toMatchObject({ ...sent, deliveryCount: 0, state: 'active' });
  expect(received.sequenceNumber?.toNumber()).toBe(1);
  await receiver.completeMessage(received);
  expect(await bus.messages('plain')).toEqual([]);
});

it('a batch is as large as its link lets it be, and is one transfer of several messages', async () => {
  const sender = client.createSender('small');
  const batch = await sender.createMessageBatch();
  expect(batch.maxSizeInBytes).toBe(2 * KIB);
  let count = 0;
  while (batch.tryAddMessage({ body: `message ${count}` })) count++;
  expect(count).toBeGreaterThan(10);
  await sender.sendMessages(batch);
  expect((await bus.messages('small')).map(({ body }) => body)).toEqual(
    Array.from({ length: count }, (_, index) => `"message ${index}"`),
  );
  const [call] = await bus.calls();
  expect(call).toMatchObject({ action: 'SendBatch', entity: 'small', messages: count, outcome: 'accepted' });
  expect(call?.bytes).toBeLessThanOrEqual(2 * KIB);
  const standard = await client.createSender('plain').createMessageBatch();
  expect(standard.maxSizeInBytes).toBe(256 * KIB);
});

it('a message that is larger than its link takes is refused, and nothing of it is there', async () => {
  const sent = client.createSender('plain').sendMessages({ body: 'x'.repeat(256 * KIB) });
  await expect(sent).rejects.toMatchObject({ code: 'MessageSizeExceeded' });
  expect(await bus.messages('plain')).toEqual([]);
  expect(await bus.calls()).toMatchObject([{ action: 'Send', outcome: 'amqp:link:message-size-exceeded' }]);
});

it('a message that its receiver completes is gone; one that it abandons comes again, before later ones', async () => {
  await send('settled', 'first', 'second', 'third');
  const receiver = client.createReceiver('settled');
  const [first, second] = await receiver.receiveMessages(2);
  expect(bodies([first, second].flatMap((one) => one ?? []))).toEqual(['first', 'second']);
  if (first) await receiver.completeMessage(first);
  if (second) await receiver.abandonMessage(second, { why: 'not now' });
  const again = await receiveOne(receiver);
  expect(again).toMatchObject({
    body: 'second',
    deliveryCount: 1,
    applicationProperties: { why: 'not now' },
  });
  await receiver.completeMessage(again);
  expect(await inQueue('settled')).toEqual(['"third"']);
});

it('what was received for good is gone at once', async () => {
  await send('drained', 'first', 'second');
  const receiver = client.createReceiver('drained', { receiveMode: 'receiveAndDelete' });
  expect(bodies(await receiver.receiveMessages(1))).toEqual(['first']);
  expect(await inQueue('drained')).toEqual(['"second"']);
});

it('a receiver that wanted more than there is gives its credit back, and misses nothing later', async () => {
  const receiver = client.createReceiver('fair');
  const states = async () => (await bus.messages('fair')).map(({ state }) => state);
  expect(await receiver.receiveMessages(5, { maxWaitTimeInMs: 20 })).toEqual([]);
  await send('fair', 'x', 'y', 'z');
  expect(await states()).toEqual(['active', 'active', 'active']);
  await receiveOne(receiver);
  expect(await states()).toEqual(['locked', 'active', 'active']);
  const other = client.createReceiver('fair');
  expect(bodies(await other.receiveMessages(2))).toEqual(['y', 'z']);
});

it('a message is dead after as many deliveries in vain as its queue allows', async () => {
  await client.createSender('twice').sendMessages({ body: 'poison', messageId: 'p' });
  const receiver = client.createReceiver('twice');
  await receiver.abandonMessage(await receiveOne(receiver));
  expect(await bus.dead('twice')).toEqual([]);
  await receiver.abandonMessage(await receiveOne(receiver));
  expect(await bus.messages('twice')).toEqual([]);
  expect(await bus.dead('twice')).toMatchObject([
    { messageId: 'p', properties: { DeadLetterReason: 'MaxDeliveryCountExceeded' } },
  ]);
  expect(await bus.events()).toContainEqual(
    expect.objectContaining({ event: 'dead', entity: 'twice', reason: 'MaxDeliveryCountExceeded' }),
  );
  const dead = client.createReceiver('twice', { subQueueType: 'deadLetter' });
  const received = await receiveOne(dead);
  expect(received).toMatchObject({ body: 'poison', deadLetterReason: 'MaxDeliveryCountExceeded' });
  await dead.completeMessage(received);
  expect(await bus.dead('twice')).toEqual([]);
});

it('a receiver can declare a message dead, and say why', async () => {
  await send('settled', 'bad');
  const receiver = client.createReceiver('settled');
  await receiver.receiveMessages(1).then(([third]) => third && receiver.completeMessage(third));
  const why = { deadLetterReason: 'bad', deadLetterErrorDescription: 'it is bad' };
  await receiver.deadLetterMessage(await receiveOne(receiver), why);
  expect(await bus.dead('settled')).toMatchObject([
    { body: '"bad"', properties: { DeadLetterReason: 'bad', DeadLetterErrorDescription: 'it is bad' } },
  ]);
});

it('a deferred message is there for whoever asks for it by its number, and for nobody else', async () => {
  await send('deferred', 'later');
  const receiver = client.createReceiver('deferred');
  const { sequenceNumber } = await receiveOne(receiver).then(async (one) => {
    await receiver.deferMessage(one);
    return one;
  });
  expect(await bus.messages('deferred')).toMatchObject([{ state: 'deferred' }]);
  expect(await receiver.receiveMessages(1, { maxWaitTimeInMs: 20 })).toEqual([]);
  const [deferred] = await receiver.receiveDeferredMessages(sequenceNumber ?? []);
  expect(deferred).toMatchObject({ body: 'later', state: 'deferred' });
  if (deferred) await receiver.completeMessage(deferred);
  expect(await bus.messages('deferred')).toEqual([]);
});

it('peeking shows what is there, also what is scheduled, and locks nothing', async () => {
  await send('peeked', 'now');
  await client.createSender('peeked').scheduleMessages({ body: 'later' }, new Date(Date.now() + 60_000));
  const peeked = await client.createReceiver('peeked').peekMessages(10);
  expect(peeked).toMatchObject([
    { body: 'now', state: 'active' },
    { body: 'later', state: 'scheduled' },
  ]);
  expect(await bus.messages('peeked')).toMatchObject([{ state: 'active' }, { state: 'scheduled' }]);
});

it('its clock goes by itself, unless a test stops it', async () => {
  const soon = new Date((await bus.now()) + 20);
  await client.createSender('soon').sendMessages({ body: 'soon', scheduledEnqueueTimeUtc: soon });
  expect(await receiveOne(client.createReceiver('soon'))).toMatchObject({ body: 'soon' });
});

it('a subscription gets what its filter lets through, by the property `type` or else the subject', async () => {
  const type = (name: string) => ({ body: name, applicationProperties: { type: name } });
  await client
    .createSender('things')
    .sendMessages([
      type('thing.made'),
      type('thing.changed.name'),
      { body: 'moved', subject: 'thing.moved' },
    ]);
  const inSubscription = async (name: string) =>
    (await bus.messages(`things/Subscriptions/${name}`)).map(({ body }) => body);
  expect(await inSubscription('all')).toEqual(['"thing.made"', '"thing.changed.name"', '"moved"']);
  expect(await inSubscription('made')).toEqual(['"thing.made"']);
  expect(await inSubscription('changes')).toEqual(['"thing.changed.name"', '"moved"']);
  const receiver = client.createReceiver('things', 'made');
  const received = await receiveOne(receiver);
  expect(received.body).toBe('thing.made');
  await receiver.completeMessage(received);
  expect(await inSubscription('made')).toEqual([]);
  expect(await inSubscription('all')).toHaveLength(3);
});

it('a subscription with sessions has no use for a message without one', async () => {
  await bus.forget();
  await client.createSender('things').sendMessages({ body: 'x', subject: 'other' });
  expect(await bus.messages('things/Subscriptions/ordered')).toEqual([]);
  const dead = await bus.dead('things/Subscriptions/ordered');
  expect(dead.at(-1)).toMatchObject({ body: '"x"', properties: { DeadLetterReason: 'Session id is null.' } });
});

it('a queue that does not exist is not found', async () => {
  await expect(send('missing', 'x')).rejects.toMatchObject({ code: 'MessagingEntityNotFound' });
  const receiver = client.createReceiver('missing');
  await expect(receiver.receiveMessages(1)).rejects.toMatchObject({ code: 'MessagingEntityNotFound' });
});

it('a client with another key is refused', async () => {
  const connection = bus.connection.replace(/SharedAccessKey=[^;]*/, 'SharedAccessKey=other');
  const stranger = new ServiceBusClient(connection, IMPATIENT);
  await expect(stranger.createSender('plain').sendMessages({ body: 'x' })).rejects.toMatchObject({
    code: 'UnauthorizedAccess',
  });
  await stranger.close();
  expect(await bus.messages('plain')).toEqual([]);
});

it('one receiver settles more messages than a link has room for at once', async () => {
  // A link of the SDK has room for 2,048 that are not settled.
  const count = 2_100;
  await send('many', ...Array.from({ length: count }, (_, index) => index));
  const receiver = client.createReceiver('many');
  const received: unknown[] = [];
  while (received.length < count) {
    const messages = await receiver.receiveMessages(700);
    received.push(...bodies(messages));
    await Promise.all(messages.map((one) => receiver.completeMessage(one)));
  }
  expect(received).toEqual(Array.from({ length: count }, (_, index) => index));
  expect(await bus.messages('many')).toEqual([]);
});
