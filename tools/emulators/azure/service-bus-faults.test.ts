import { ServiceBusClient } from '@azure/service-bus';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type ServiceBusEmulator, type ServiceBusMode, startServiceBus } from './service-bus.ts';

let bus: ServiceBusEmulator;
let client: ServiceBusClient;
let patient: ServiceBusClient;
let queue: string;
let made = 0;

const NAMES = Array.from({ length: 12 }, (_, index) => `queue-${index}`);

beforeAll(async () => {
  bus = await startServiceBus({ queues: Object.fromEntries(NAMES.map((name) => [name, {}])) });
  client = clientWith(0);
  patient = clientWith(3);
});
afterAll(async () => {
  await Promise.all([client?.close(), patient?.close()]);
  await bus?.stop();
});
beforeEach(async () => {
  queue = NAMES[made++] ?? '';
  await bus.forget();
});

// A client whose connection is cut waits for its answer until that time is over.
const clientWith = (maxRetries: number, timeoutInMs = 1_000) =>
  new ServiceBusClient(bus.connection, {
    retryOptions: { maxRetries, retryDelayInMs: 1, maxRetryDelayInMs: 1, timeoutInMs },
  });
const send = (from: ServiceBusClient, body: unknown = 'x') => from.createSender(queue).sendMessages({ body });
const there = async () => (await bus.messages(queue)).map(({ body }) => body);

it('away, nothing reaches it, on an old connection or a new one; afterwards everything does', async () => {
  await send(client, 'before');
  await bus.during('away', async () => {
    await expect(send(client)).rejects.toThrow();
    await expect(send(client)).rejects.toThrow();
    const stranger = clientWith(0);
    await expect(stranger.createSender(queue).createMessageBatch()).rejects.toThrow();
    await stranger.close();
  });
  expect(await there()).toEqual(['"before"']);
  await send(client, 'after');
  expect(await there()).toEqual(['"before"', '"after"']);
});

it('throttled, it takes nothing, and its client knows that it is busy', async () => {
  await bus.during('throttled', async () => {
    await expect(send(client)).rejects.toMatchObject({ code: 'ServiceBusy', retryable: true });
    const scheduled = client
      .createSender(queue)
      .scheduleMessages({ body: 'x' }, new Date(Date.now() + 60_000));
    await expect(scheduled).rejects.toMatchObject({ code: 'ServiceBusy' });
    const receiver = client.createReceiver(queue);
    await expect(receiver.receiveMessages(1)).rejects.toMatchObject({ code: 'ServiceBusy' });
  });
  expect(await there()).toEqual([]);
  expect((await bus.calls()).map(({ outcome }) => outcome)).toEqual(
    Array(3).fill('com.microsoft:server-busy'),
  );
});

it('with a lost reply, it takes what was sent, and the client hears nothing', async () => {
  await bus.during('lostReply', async () => {
    await expect(send(client)).rejects.toThrow();
  });
  expect(await there()).toEqual(['"x"']);
  expect(await bus.calls()).toMatchObject([{ action: 'Send', outcome: 'accepted' }]);
});

it('silent, it neither takes anything nor says so', async () => {
  const short = clientWith(0, 200);
  await send(short, 'before');
  await bus.during('silent', async () => {
    await expect(send(short)).rejects.toMatchObject({ code: 'ServiceTimeout' });
  });
  expect(await there()).toEqual(['"before"']);
  await short.close();
});

it('a refusal can be any error of AMQP', async () => {
  const quota = { condition: 'amqp:resource-limit-exceeded', description: 'The queue is full.' };
  await bus.during(quota, async () => {
    await expect(send(client)).rejects.toMatchObject({ code: 'QuotaExceeded' });
  });
  expect(await there()).toEqual([]);
});

it.each<ServiceBusMode>(['away', 'throttled', 'lostReply'])(
  'for one call %s, a client that tries again gets through',
  async (mode) => {
    await bus.during(mode, () => send(patient), 1);
    expect(await there()).toEqual(mode === 'lostReply' ? ['"x"', '"x"'] : ['"x"']);
  },
);

it('counts what is on the wire', async () => {
  await send(client, Buffer.alloc(100_000));
  const [call] = await bus.calls();
  expect(call).toMatchObject({ action: 'Send', entity: queue, messages: 1 });
  expect(call?.bytes).toBeGreaterThan(100_000);
  expect(call?.bytes).toBeLessThan(100_200);
});
