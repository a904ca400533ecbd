import { ServiceBusClient, type ServiceBusSessionReceiver } from '@azure/service-bus';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type ServiceBusEmulator, startServiceBus } from './service-bus.ts';

let bus: ServiceBusEmulator;
let client: ServiceBusClient;
let queue: string;
let made = 0;

const NAMES = Array.from({ length: 13 }, (_, index) => `queue-${index}`);
const LOCK_MS = 60_000;

beforeAll(async () => {
  const sessions = { requiresSession: true, lockDurationMs: LOCK_MS, maxDeliveryCount: 3 };
  bus = await startServiceBus({
    queues: {
      ...Object.fromEntries(NAMES.map((name) => [name, sessions])),
      parts: { ...sessions, partitioned: true },
      plain: {},
    },
  });
  client = clientFor(10_000);
});
afterAll(async () => {
  await client?.close();
  await bus?.stop();
});
beforeEach(async () => {
  queue = NAMES[made++] ?? '';
  await bus.forget();
});

const clientFor = (timeoutInMs: number) =>
  new ServiceBusClient(bus.connection, { retryOptions: { maxRetries: 0, retryDelayInMs: 1, timeoutInMs } });
const send = (sessionId: string, ...bodies: readonly unknown[]) =>
  client.createSender(queue).sendMessages(bodies.map((body) => ({ body, sessionId })));
// Locks go by the clock of the service: the client need not hold them.
const accept = (sessionId: string) =>
  client.acceptSession(queue, sessionId, { maxAutoLockRenewalDurationInMs: 0 });
const acceptNext = () => client.acceptNextSession(queue, { maxAutoLockRenewalDurationInMs: 0 });

async function take(receiver: ServiceBusSessionReceiver, count: number) {
  const messages = await receiver.receiveMessages(count, { maxWaitTimeInMs: 10_000 });
  return {
    messages,
    bodies: messages.map(({ body }) => body),
    complete: () => Promise.all(messages.map((one) => receiver.completeMessage(one))),
  };
}

it('a message without a session is refused, and nothing of its batch is there', async () => {
  const sent = client.createSender(queue).sendMessages([{ body: 1, sessionId: 'a' }, { body: 2 }]);
  await expect(sent).rejects.toThrow(/no session id/);
  expect(await bus.messages(queue)).toEqual([]);
});

it('a batch may have several sessions, unless the queue has partitions', async () => {
  const batch = [
    { body: 1, sessionId: 'a' },
    { body: 2, sessionId: 'b' },
  ];
  await client.createSender(queue).sendMessages(batch);
  expect(await bus.messages(queue)).toHaveLength(2);
  await expect(client.createSender('parts').sendMessages(batch)).rejects.toThrow(/one session id/);
  expect(await bus.messages('parts')).toEqual([]);
});

it('a receiver without a session is refused, and so is one with a session where there are none', async () => {
  await expect(client.createReceiver(queue).receiveMessages(1)).rejects.toThrow(/requires sessions/);
  await expect(client.acceptSession('plain', 'a')).rejects.toThrow(/does not require sessions/);
});

it('a receiver gets the messages of its session only, in their order', async () => {
  await send('a', 'a1', 'a2');
  await send('b', 'b1');
  await send('a', 'a3');
  const receiver = await accept('a');
  const { bodies, complete } = await take(receiver, 3);
  expect(bodies).toEqual(['a1', 'a2', 'a3']);
  await complete();
  expect(await bus.messages(queue)).toMatchObject([{ sessionId: 'b', body: '"b1"' }]);
  await receiver.close();
});

it('one receiver at a time has a session; it is free when that one closes', async () => {
  await send('a', 'a1');
  const first = await accept('a');
  await expect(accept('a')).rejects.toMatchObject({ code: 'SessionCannotBeLocked' });
  await first.close();
  const second = await accept('a');
  expect((await take(second, 1)).bodies).toEqual(['a1']);
  await second.close();
});

it('a message that is abandoned comes again before the later ones of its session', async () => {
  await send('a', 'a1', 'a2');
  const receiver = await accept('a');
  const [first] = (await take(receiver, 1)).messages;
  if (first) await receiver.abandonMessage(first);
  const { messages, bodies } = await take(receiver, 2);
  expect(bodies).toEqual(['a1', 'a2']);
  expect(messages.map(({ deliveryCount }) => deliveryCount)).toEqual([1, 0]);
  await receiver.close();
});

it('the next session is a free one, by its oldest message', async () => {
  await send('a', 'a1');
  await send('b', 'b1');
  const receivers = [await acceptNext(), await acceptNext()];
  expect(receivers.map(({ sessionId }) => sessionId)).toEqual(['a', 'b']);
  for (const one of receivers) await one.close();
});

it('whoever waits for a session gets the first that comes', async () => {
  const waiting = acceptNext();
  // It waits once the service has heard of it.
  await expect.poll(() => bus.calls()).toMatchObject([{ action: 'OpenReceiver' }]);
  await send('late', 'x');
  const receiver = await waiting;
  expect(receiver.sessionId).toBe('late');
  expect((await take(receiver, 1)).bodies).toEqual(['x']);
  await receiver.close();
});

it('whoever waits in vain is told so after the time that it gave, and leaves nothing behind', async () => {
  const impatient = clientFor(100);
  await expect(impatient.acceptNextSession(queue)).rejects.toMatchObject({ code: 'ServiceTimeout' });
  await impatient.close();
  await send('a', 'a1');
  const receiver = await acceptNext();
  expect(receiver.sessionId).toBe('a');
  await receiver.close();
});

it('whoever goes away while it waits gets no session', async () => {
  const gone = client.acceptNextSession(queue);
  await expect.poll(() => bus.calls()).toMatchObject([{ action: 'OpenReceiver' }]);
  await Promise.all([expect(gone).rejects.toThrow(), bus.during('away', async () => {})]);
  const other = clientFor(10_000);
  await other.createSender(queue).sendMessages({ body: 'a1', sessionId: 'a' });
  const receiver = await other.acceptNextSession(queue);
  expect(receiver.sessionId).toBe('a');
  await other.close();
});

it('a session is lost when its lock runs out; each message that was out was delivered in vain', async () => {
  await send('a', 'a1', 'a2');
  const receiver = await accept('a');
  const [first] = (await take(receiver, 1)).messages;
  await bus.advance(LOCK_MS + 1);
  expect(await bus.events()).toContainEqual(
    expect.objectContaining({ event: 'sessionLockLost', sessionId: 'a' }),
  );
  // A client that settles before it has heard of that waits a minute for an answer.
  await expect.poll(() => receiver.isClosed).toBe(true);
  if (first) {
    await expect(receiver.completeMessage(first)).rejects.toMatchObject({ code: 'SessionLockLost' });
  }
  const next = await accept('a');
  const { bodies, messages } = await take(next, 2);
  expect(bodies).toEqual(['a1', 'a2']);
  expect(messages.map(({ deliveryCount }) => deliveryCount)).toEqual([1, 0]);
  await next.close();
});

it('a session that is closed early counts no delivery, and one that is renewed is not lost', async () => {
  await send('a', 'a1');
  const early = await accept('a');
  await take(early, 1);
  await early.close();
  const receiver = await accept('a');
  const { messages, complete } = await take(receiver, 1);
  expect(messages).toMatchObject([{ deliveryCount: 0 }]);
  await bus.advance(LOCK_MS - 1_000);
  await receiver.renewSessionLock();
  await bus.advance(LOCK_MS - 1_000);
  await complete();
  expect(await bus.messages(queue)).toEqual([]);
  await receiver.close();
});

it('a session keeps a state for whoever has it next', async () => {
  const receiver = await accept('a');
  expect(await receiver.getSessionState()).toBeFalsy();
  await receiver.setSessionState({ step: 2 });
  await receiver.close();
  const next = await accept('a');
  expect(await next.getSessionState()).toEqual({ step: 2 });
  await next.close();
});
