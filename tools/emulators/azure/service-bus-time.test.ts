import { ServiceBusClient } from '@azure/service-bus';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type ServiceBusEmulator, startServiceBus } from './service-bus.ts';

let bus: ServiceBusEmulator;
let client: ServiceBusClient;
let queue: string;
let made = 0;

const START_AT = Date.UTC(2030, 0, 1);
const MINUTE_MS = 60_000;
const MONTH_MS = 30 * 24 * 60 * MINUTE_MS;
const NAMES = Array.from({ length: 12 }, (_, index) => `queue-${index}`);

beforeAll(async () => {
  const options = { lockDurationMs: MINUTE_MS, duplicateDetectionMs: 10 * MINUTE_MS, maxDeliveryCount: 2 };
  bus = await startServiceBus({
    queues: Object.fromEntries(NAMES.map((name) => [name, options])),
    topics: { topic: { subscriptions: { all: {} } } },
    startAt: START_AT,
  });
  client = new ServiceBusClient(bus.connection, {
    retryOptions: { maxRetries: 0, retryDelayInMs: 1, timeoutInMs: 10_000 },
  });
});
afterAll(async () => {
  await client?.close();
  await bus?.stop();
});
beforeEach(async () => {
  queue = NAMES[made++] ?? '';
  await bus.forget();
});

const sender = () => client.createSender(queue);
const inAMonth = async () => new Date((await bus.now()) + MONTH_MS);
const states = async () => (await bus.messages(queue)).map(({ body, state }) => [body, state]);

it('its clock stands at the time that a test gives, and goes when it is advanced', async () => {
  expect(await bus.now()).toBe(START_AT);
  await bus.advance(5);
  expect(await bus.now()).toBe(START_AT + 5);
});

it('a scheduled message is there at its time, behind what came before it', async () => {
  const at = await inAMonth();
  const [sequenceNumber] = await sender().scheduleMessages([{ body: 'later' }], at);
  expect(sequenceNumber?.toNumber()).toBe(1);
  await bus.advance(MONTH_MS - 1);
  expect(await bus.messages(queue)).toMatchObject([{ state: 'scheduled', scheduledAt: at.getTime() }]);
  await sender().sendMessages({ body: 'now' });
  await bus.advance(1);
  expect(await states()).toEqual([
    ['"now"', 'active'],
    ['"later"', 'active'],
  ]);
  const receiver = client.createReceiver(queue);
  const [, later] = await receiver.receiveMessages(2);
  expect(later).toMatchObject({ body: 'later', scheduledEnqueueTimeUtc: at });
  expect(later?.enqueuedSequenceNumber).toBe(1);
  expect(later?.sequenceNumber?.toNumber()).toBe(3);
  await receiver.close();
});

it('so is one that was sent with a time, and a time that is past is now', async () => {
  const at = await inAMonth();
  await sender().sendMessages([
    { body: 'later', scheduledEnqueueTimeUtc: at },
    { body: 'past', scheduledEnqueueTimeUtc: new Date(START_AT - MINUTE_MS) },
  ]);
  expect(await states()).toEqual([
    ['"past"', 'active'],
    ['"later"', 'scheduled'],
  ]);
  const receiver = client.createReceiver(queue);
  const past = await receiver.receiveMessages(1);
  for (const one of past) await receiver.completeMessage(one);
  const received = receiver.receiveMessages(1, { maxWaitTimeInMs: 10_000 });
  await bus.advance(MONTH_MS);
  expect(await received).toMatchObject([{ body: 'later' }]);
  await receiver.close();
});

it('a scheduled message that is cancelled never comes; to cancel it twice, or what is sent, does nothing', async () => {
  const at = await inAMonth();
  const [first, second] = await sender().scheduleMessages([{ body: 'first' }, { body: 'second' }], at);
  await sender().cancelScheduledMessages(first ?? []);
  await sender().cancelScheduledMessages(first ?? []);
  await bus.advance(MONTH_MS);
  await sender().cancelScheduledMessages(second ?? []);
  expect(await states()).toEqual([['"second"', 'active']]);
  expect((await bus.calls()).map(({ action }) => action)).toEqual([
    'ScheduleMessage',
    'CancelScheduledMessage',
    'CancelScheduledMessage',
    'CancelScheduledMessage',
  ]);
});

it('a topic holds what is scheduled, until its time', async () => {
  const at = await inAMonth();
  await client.createSender('topic').scheduleMessages({ body: 'later' }, at);
  expect(await bus.messages('topic')).toMatchObject([{ state: 'scheduled' }]);
  expect(await bus.messages('topic/Subscriptions/all')).toEqual([]);
  await bus.advance(MONTH_MS);
  expect(await bus.messages('topic')).toEqual([]);
  expect(await bus.messages('topic/Subscriptions/all')).toMatchObject([{ body: '"later"', state: 'active' }]);
});

it('a message whose lock runs out comes again; who had it can no longer settle it', async () => {
  await sender().sendMessages({ body: 'x' });
  const options = { maxAutoLockRenewalDurationInMs: 0 };
  const slow = client.createReceiver(queue, options);
  const [late] = await slow.receiveMessages(1);
  await bus.advance(MINUTE_MS - 1);
  expect(await states()).toEqual([['"x"', 'locked']]);
  await bus.advance(1);
  if (late) await expect(slow.completeMessage(late)).rejects.toMatchObject({ code: 'MessageLockLost' });
  const other = client.createReceiver(queue, options);
  const [again] = await other.receiveMessages(1);
  expect(again).toMatchObject({ body: 'x', deliveryCount: 1 });
  // With the second lock it has used up its deliveries.
  await bus.advance(MINUTE_MS);
  expect(await bus.messages(queue)).toEqual([]);
  expect(await bus.dead(queue)).toMatchObject([{ body: '"x"' }]);
  expect((await bus.events()).map(({ event }) => event)).toEqual([
    'enqueued',
    'lockLost',
    'lockLost',
    'enqueued',
    'dead',
  ]);
});

it('a lock that is renewed lasts longer, and outlives the link of its receiver', async () => {
  await sender().sendMessages({ body: 'x' });
  const receiver = client.createReceiver(queue, { maxAutoLockRenewalDurationInMs: 0 });
  const [message] = await receiver.receiveMessages(1);
  await bus.advance(MINUTE_MS - 1);
  if (message) await receiver.renewMessageLock(message);
  await bus.advance(MINUTE_MS - 1);
  expect(await states()).toEqual([['"x"', 'locked']]);
  await receiver.close();
  expect(await states()).toEqual([['"x"', 'locked']]);
  await bus.advance(1);
  expect(await states()).toEqual([['"x"', 'active']]);
});

it('a message id is remembered as long as the queue says: another message with it is taken and dropped', async () => {
  const send = (body: string) => sender().sendMessages({ body, messageId: 'same' });
  await send('first');
  await send('second');
  expect(await states()).toEqual([['"first"', 'active']]);
  expect((await bus.calls()).map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted']);
  expect(await bus.events()).toContainEqual(
    expect.objectContaining({ event: 'duplicate', messageId: 'same' }),
  );
  await bus.advance(10 * MINUTE_MS);
  await send('third');
  expect(await states()).toEqual([
    ['"first"', 'active'],
    ['"third"', 'active'],
  ]);
});

it('a message that lived its time is gone', async () => {
  await sender().sendMessages({ body: 'x', timeToLive: MINUTE_MS });
  await bus.advance(MINUTE_MS - 1);
  expect(await states()).toEqual([['"x"', 'active']]);
  await bus.advance(1);
  expect(await bus.messages(queue)).toEqual([]);
  expect(await bus.dead(queue)).toEqual([]);
});
