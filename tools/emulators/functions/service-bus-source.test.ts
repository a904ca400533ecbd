import { randomUUID } from 'node:crypto';
import { ServiceBusClient, type ServiceBusMessage } from '@azure/service-bus';
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startServiceBus } from '../azure/service-bus.ts';
import { started } from './fixtures/started.ts';
import { inProcessFunctions } from './in-process.ts';
import { type ServiceBusSourceOptions, startServiceBusSource } from './service-bus-source.ts';

// Far longer than a test takes: what comes again comes for it was abandoned.
const LOCK = { lockDurationMs: 300_000 };
const bus = await startServiceBus({
  queues: {
    plain: LOCK,
    batches: LOCK,
    dead: { ...LOCK, maxDeliveryCount: 3 },
    sessions: { ...LOCK, requiresSession: true },
    sessionBatches: { ...LOCK, requiresSession: true },
    kept: LOCK,
    elsewhere: LOCK,
    short: { lockDurationMs: 1_000 },
    shortSessions: { lockDurationMs: 1_000, requiresSession: true },
  },
  topics: { events: { subscriptions: { orders: LOCK } } },
});
const client = new ServiceBusClient(bus.connection);
afterAll(async () => {
  await client.close();
  await bus.stop();
});

interface Call {
  readonly input: unknown;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** A function that notes what it is given, behind a queue. */
async function consumer(
  trigger: Readonly<Record<string, unknown>>,
  work: (call: Call, n: number) => unknown = () => {},
  options: Partial<ServiceBusSourceOptions> = {},
) {
  const functions = await inProcessFunctions({ Bus: bus.connection, QUEUE: 'plain' });
  const name = `consumer-${randomUUID()}`;
  const calls: Call[] = [];
  functions.app.generic(name, {
    trigger: { type: 'serviceBusTrigger', name: 'messages', connection: 'Bus', ...trigger },
    handler: async (input: unknown, context) => {
      const call = { input, metadata: context.triggerMetadata ?? {} };
      calls.push(call);
      await work(call, calls.length);
    },
  });
  const source = startServiceBusSource({ functions, name, ...options });
  onTestFinished(() => source.stop());
  const counted = (stats: Partial<typeof source.stats>) =>
    vi.waitFor(() => expect(source.stats).toMatchObject(stats), 40_000);
  return { calls, source, counted };
}

async function send(entity: string, ...messages: ServiceBusMessage[]) {
  const sender = client.createSender(entity);
  await sender.sendMessages(messages);
  await sender.close();
}

const inputs = (calls: readonly Call[]) => calls.map(({ input }) => input);

describe('a Service Bus source', () => {
  it('gives each message to an invocation with what the host tells of it, and completes it', async () => {
    const { calls, counted } = await consumer({ queueName: '%QUEUE%' });
    await send(
      'plain',
      { body: { a: 'ü' }, messageId: 'm1', applicationProperties: { type: 'order' }, subject: 's' },
      { body: Buffer.from('text'), messageId: 'm2', contentType: 'text/plain' },
    );
    await counted({ received: 2, completed: 2, abandoned: 0, failed: 0 });
    const [first, second] = calls.toSorted((a, b) =>
      String(a.metadata['messageId']) < String(b.metadata['messageId']) ? -1 : 1,
    );
    expect(first?.input).toEqual({ a: 'ü' });
    expect(first?.metadata).toMatchObject({
      messageId: 'm1',
      deliveryCount: 1,
      subject: 's',
      label: 's',
      applicationProperties: { type: 'order' },
      sequenceNumber: expect.any(Number),
      lockToken: expect.any(String),
      enqueuedTime: expect.stringMatching(/^\d{4}-.*\+00:00$/),
    });
    expect(second).toMatchObject({ input: 'text', metadata: { contentType: 'text/plain' } });
    expect(await bus.messages('plain')).toEqual([]);
  });

  it('gives what is there in one batch, with lists of what the host tells', async () => {
    await send('batches', ...[1, 2, 3].map((n) => ({ body: { n }, messageId: `m${n}` })));
    const { calls, counted } = await consumer({ queueName: 'batches', cardinality: 'many' });
    await counted({ received: 3, completed: 3 });
    expect(inputs(calls)).toEqual([[{ n: 1 }, { n: 2 }, { n: 3 }]]);
    expect(calls[0]?.metadata).toMatchObject({
      messageIdArray: ['m1', 'm2', 'm3'],
      deliveryCountArray: [1, 1, 1],
      sequenceNumberArray: [expect.any(Number), expect.any(Number), expect.any(Number)],
    });
  });

  it('gives batches of so many at most', async () => {
    await send('batches', ...[1, 2, 3].map((n) => ({ body: { n } })));
    const trigger = { queueName: 'batches', cardinality: 'many', dataType: 'string' };
    const { calls, counted } = await consumer(trigger, () => {}, { maxMessageCount: 2 });
    await counted({ completed: 3 });
    expect(inputs(calls)).toEqual([[{ n: 1 }, { n: 2 }], [{ n: 3 }]]);
  });

  it('abandons all of an invocation that failed: they come again, with their number of deliveries', async () => {
    await send('batches', { body: { n: 1 } }, { body: { n: 2 } });
    const { calls, counted } = await consumer({ queueName: 'batches', cardinality: 'many' }, (_, n) => {
      if (n === 1) throw new Error('not yet');
    });
    await counted({ received: 4, abandoned: 2, completed: 2, failed: 1 });
    expect(calls.map(({ metadata }) => metadata['deliveryCountArray'])).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it('abandons what a worker had that was killed', async () => {
    const seen: unknown[] = [];
    const functions = await started({
      env: { Bus: bus.connection },
      fault({ n, triggerMetadata }) {
        seen.push(triggerMetadata?.['DeliveryCount']);
        return n === 1 ? { killAfterMs: 0 } : undefined;
      },
    });
    await send('plain', { body: 1 });
    const source = startServiceBusSource({ functions, name: 'once' });
    onTestFinished(() => source.stop());
    await vi.waitFor(() => expect(source.stats).toMatchObject({ abandoned: 1, completed: 1 }), 40_000);
    expect(seen).toEqual([{ json: '1' }, { json: '2' }]);
    expect(functions.stats).toMatchObject({ killed: 1, coldStarts: 2 });
  });

  it('needs the settings that its trigger names', async () => {
    const functions = await started({ env: { Bus: bus.connection } });
    expect(() => startServiceBusSource({ functions, name: 'unset' })).toThrow(
      'The trigger of unset needs the app setting Nowhere, a connection string.',
    );
    expect(() => startServiceBusSource({ functions, name: 'unset', connection: bus.connection })).toThrow(
      'The trigger of unset needs the app setting QUEUE.',
    );
  });

  it('leaves a message that always fails to the dead letters of its queue', async () => {
    await send('dead', { body: { n: 1 }, messageId: 'bad' });
    const { counted } = await consumer({ queueName: 'dead' }, () => {
      throw new Error('never');
    });
    await counted({ received: 3, abandoned: 3, failed: 3 });
    await vi.waitFor(
      async () => expect(await bus.dead('dead')).toMatchObject([{ messageId: 'bad' }]),
      30_000,
    );
  });

  it('does not call the function for a batch that the host cannot read', async () => {
    await send('dead', { body: Buffer.from('no json') });
    const lines: string[] = [];
    const { calls, counted } = await consumer({ queueName: 'dead', cardinality: 'many' }, () => {}, {
      log: (line) => lines.push(line),
    });
    await counted({ abandoned: 3 });
    expect(calls).toEqual([]);
    expect(lines[0]).toContain('uses Json.NET serialization');
  });

  it('takes the messages of a subscription', async () => {
    const { calls, counted } = await consumer({ topicName: 'events', subscriptionName: 'orders' });
    await send('events', { body: { n: 1 } });
    await counted({ completed: 1 });
    expect(inputs(calls)).toEqual([{ n: 1 }]);
  });

  it('keeps the order of a session, also over failures, and works on several sessions at once', async () => {
    const both = Promise.withResolvers<void>();
    const begun = new Set<unknown>();
    let failures = 0;
    const { calls, counted } = await consumer(
      { queueName: 'sessions', isSessionsEnabled: true },
      async ({ input, metadata }) => {
        begun.add(metadata['sessionId']);
        if (begun.size === 2) both.resolve();
        await both.promise;
        if ((input as { n: number }).n === 2 && metadata['deliveryCount'] === 1) {
          failures += 1;
          throw new Error('again');
        }
      },
    );
    const of = (sessionId: string) => [1, 2, 3].map((n) => ({ body: { n }, sessionId }));
    await send('sessions', ...of('a'));
    await send('sessions', ...of('b'));
    await counted({ completed: 6, abandoned: 2 });
    expect(failures).toBe(2);
    for (const session of ['a', 'b']) {
      const own = calls.filter(({ metadata }) => metadata['sessionId'] === session);
      expect(own.map(({ input }) => (input as { n: number }).n)).toEqual([1, 2, 2, 3]);
    }
  });

  it('makes batches of one session each', async () => {
    const sessions = ['a', 'b'].flatMap((sessionId) =>
      [1, 2].map((n) => ({ body: { n, of: sessionId }, sessionId })),
    );
    await send('sessionBatches', ...sessions);
    const trigger = { queueName: 'sessionBatches', isSessionsEnabled: true, cardinality: 'many' };
    const { calls, counted } = await consumer(trigger);
    await counted({ completed: 4, sessions: 2 });
    expect(
      calls.map(({ input, metadata }) => [input, new Set(metadata['sessionIdArray'] as string[]).size]),
    ).toEqual([
      [[expect.objectContaining({ n: 1, of: 'a' }), expect.objectContaining({ n: 2, of: 'a' })], 1],
      [[expect.objectContaining({ n: 1, of: 'b' }), expect.objectContaining({ n: 2, of: 'b' })], 1],
    ]);
  });

  it('renews the lock of a message, and of a session, while its function runs', async () => {
    for (const [entity, action] of [
      ['short', 'RenewLock'],
      ['shortSessions', 'RenewSessionLock'],
    ] as const) {
      await send(entity, { body: { n: 1 }, sessionId: 's' });
      const trigger = { queueName: entity, isSessionsEnabled: entity === 'shortSessions' };
      const { counted } = await consumer(trigger, () =>
        vi.waitFor(
          async () => expect((await bus.calls()).map((call) => call.action)).toContain(action),
          30_000,
        ),
      );
      await counted({ received: 1, completed: 1 });
    }
  });

  it('ends when what it received has ended', async () => {
    const go = Promise.withResolvers<void>();
    await send('plain', { body: 1 });
    const { source, counted, calls } = await consumer({ queueName: 'plain' }, () => go.promise);
    await vi.waitFor(() => expect(calls).toHaveLength(1), 30_000);
    let isStopped = false;
    const stopped = source.stop().then(() => {
      isStopped = true;
    });
    // Long enough for a connection to close.
    await send('elsewhere', { body: 1 });
    expect(isStopped).toBe(false);
    go.resolve();
    await stopped;
    await counted({ received: 1, completed: 1 });
    expect(await bus.messages('plain')).toEqual([]);
  });

  it('completes nothing where the trigger says so', async () => {
    await send('kept', { body: { n: 1 } });
    const { source, counted } = await consumer({ queueName: 'kept', autoCompleteMessages: false });
    await counted({ received: 1 });
    await source.stop();
    expect(source.stats).toMatchObject({ completed: 0, abandoned: 0 });
    expect(await bus.messages('kept')).toHaveLength(1);
  });
});
