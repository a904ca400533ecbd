import { deepStrictEqual } from 'node:assert';
import { QueueClient } from '@azure/storage-queue';
import { createOrchestrator, memoryPublisher, memoryStore } from '@xorca/core';
import { type SchedulerUnderTest, schedulerContract, type Woken } from '@xorca/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import { connectionTo, startAzurite } from '../../../tools/emulators/azure/azurite.ts';
import { startWire } from '../../../tools/emulators/azure/wire.ts';
import { type AzureScheduler, azureScheduler, functionsHandler } from '../src/index.ts';
import {
  type BusNamespace,
  busClient,
  fromBase64,
  type QueueKind,
  type Servers,
  startNamespace,
  storageAnswer,
} from './support/buses.ts';
import { startHiddenQueue } from './support/hidden-queue.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const START = 1_800_000_000_000;
const ONCE = { retryOptions: { maxTries: 1 } };

const servers: Servers = [];
let namespace: BusNamespace | undefined;
afterAll(async () => {
  for (const server of servers.reverse()) await server.stop();
});

interface Wake {
  readonly id: string;
  readonly at: number;
}

/** A queue of Storage on a clock that moves, and what `onWake` does with that which comes out of it. */
async function storageWorld(onWake: (scheduler: AzureScheduler, text: string) => Promise<unknown>) {
  let now = START;
  const clock = { now: () => now };
  const queue = await startHiddenQueue(clock.now);
  const wire = await startWire(queue.endpoint);
  servers.push(queue, wire);
  const client = new QueueClient(connectionTo({ queue: wire.endpoint }), 'wakes', ONCE);
  const scheduler = azureScheduler({ storageQueue: { client }, clock });

  async function look(): Promise<void> {
    for (const { body } of queue.take()) await onWake(scheduler, body);
  }

  return {
    scheduler,
    queue,
    wire,
    clock,
    client,
    async advance(ms: number) {
      const end = now + ms;
      for (let next = queue.nextAt(); next !== undefined && next <= end; next = queue.nextAt()) {
        now = Math.max(now, next);
        await look();
      }
      now = end;
    },
  };
}

async function storageUnderTest(): Promise<SchedulerUnderTest> {
  const woken: Woken[] = [];
  const world = await storageWorld(async (scheduler, text) => {
    const { id, at } = JSON.parse(text) as Wake;
    // As the handlers do.
    if (at > world.clock.now()) return scheduler.wake(id, at);
    woken.push({ id, at: world.clock.now() });
  });
  const { scheduler, clock, advance, wire } = world;
  return {
    scheduler,
    now: clock.now,
    advance,
    async woken() {
      await advance(0);
      return woken;
    },
    // Storage knows seconds.
    granularityMs: 1_000,
    outage: (work) => wire.during('away', work),
  };
}

describe('azureScheduler over a queue of Storage', () => {
  for (const { name, show } of schedulerContract) {
    it(name, async () => deepStrictEqual(await show(storageUnderTest), undefined));
  }

  it('asks for whole seconds, for seven days at most, and for messages that never expire', async () => {
    const { scheduler, queue, clock } = await storageWorld(async () => {});
    await scheduler.wake('p', clock.now() + 1_500);
    await scheduler.wake('p', clock.now() + 7 * DAY_MS);
    await scheduler.wake('p', clock.now() + 30 * DAY_MS);
    await scheduler.wake('p', clock.now() - 5);
    expect(queue.asked.map((query) => query.get('visibilitytimeout'))).toEqual([
      '2',
      '604800',
      '604800',
      null,
    ]);
    expect(queue.asked.map((query) => query.get('messagettl'))).toEqual(['-1', '-1', '-1', '-1']);
  });

  it('leaves the last stage of a long wait an hour at least', async () => {
    const { scheduler, queue, clock } = await storageWorld(async () => {});
    await scheduler.wake('p', clock.now() + 7 * DAY_MS + 1);
    expect(queue.asked.map((query) => query.get('visibilitytimeout'))).toEqual(['601201']);
  });

  it('a process that rests for 30 days is moved at that time, through a handler that sends early wakes on', async () => {
    const machine = setup({}).createMachine({
      initial: 'Resting',
      states: { Resting: { after: { [30 * DAY_MS]: 'Rested' } }, Rested: { type: 'final' } },
    });
    const orchestrator = createOrchestrator({ name: 'resting', machines: { '1.0.0': machine } });
    const context = { options: { trigger: { type: 'queueTrigger' } } };
    let cameAt: number[] = [];
    const world = await storageWorld(async (_, text) => {
      cameAt.push(world.clock.now());
      await handler(JSON.parse(text), context as never);
    });
    const { scheduler, clock } = world;
    const platform = { store: memoryStore(), publisher: memoryPublisher(), clock, scheduler };
    const handler = functionsHandler(orchestrator, platform);
    const startedAt = clock.now();
    await handler.runner.start({ id: 'p' });
    await world.advance(30 * DAY_MS - 1);
    expect((await handler.runner.get('p'))?.value).toBe('Resting');
    expect(cameAt.map((at) => (at - startedAt) / DAY_MS)).toEqual([7, 14, 21, 28]);
    cameAt = [];
    await world.advance(1);
    expect(cameAt).toEqual([startedAt + 30 * DAY_MS]);
    expect((await handler.runner.get('p'))?.value).toBe('Rested');
  });

  it('names what is missing: the queue, and the role', async () => {
    const azurite = await startAzurite();
    const wire = await startWire(azurite.queue);
    servers.push(azurite, wire);
    const client = new QueueClient(connectionTo({ queue: wire.endpoint }), 'nowhere', ONCE);
    const scheduler = azureScheduler({ storageQueue: { client } });
    await expect(scheduler.wake('p', 0)).rejects.toMatchObject({
      code: 'XORCA_CONFIG',
      processId: 'p',
      message: expect.stringMatching(/There is no queue "nowhere" \(PutMessage for process "p"/),
    });
    await wire.during(storageAnswer(403, 'AuthorizationPermissionMismatch'), () =>
      expect(scheduler.wake('p', 0)).rejects.toThrow(
        /No permission for PutMessage on queue "nowhere".*Assign the role "Storage Queue Data Message Sender"/,
      ),
    );
    await wire.during('throttled', () =>
      expect(scheduler.wake('p', 0)).rejects.toMatchObject({ code: 'XORCA_UNAVAILABLE', retryable: true }),
    );
  });

  it('over Storage itself a wake is hidden until its second, and no longer than Storage hides it', async () => {
    const azurite = await startAzurite();
    servers.push(azurite);
    const client = new QueueClient(azurite.connection, 'wakes');
    await client.create();
    await expect(client.sendMessage('x', { visibilityTimeout: 604_801 })).rejects.toMatchObject({
      statusCode: 400,
    });
    const scheduler = azureScheduler({ storageQueue: { connection: azurite.connection, queue: 'wakes' } });
    const at = Date.now() + 1_400;
    await scheduler.wake('p', at);
    await scheduler.wake('q', Date.now() + 7 * DAY_MS);
    await scheduler.wake('r', Date.now() + 90 * DAY_MS);
    const seen: string[] = [];
    await expect
      .poll(
        async () => {
          const { receivedMessageItems } = await client.receiveMessages();
          seen.push(...receivedMessageItems.map(({ messageText }) => fromBase64(messageText)));
          return seen.length;
        },
        { timeout: 10_000 },
      )
      .toBe(1);
    expect(Date.now()).toBeGreaterThanOrEqual(at);
    expect(seen.map((text) => JSON.parse(text) as object)).toEqual([{ xorca: 'wake', id: 'p', at }]);
    expect((await client.getProperties()).approximateMessagesCount).toBe(3);
  });
});

/** A queue of Service Bus on a clock that moves. */
async function busWorld(kind: QueueKind = 'sessions') {
  namespace ??= await startNamespace(servers, START);
  const { bus } = namespace;
  const queue = namespace.next(kind);
  const client = busClient(bus.connection);
  servers.push({ stop: () => client.close() });
  let now = await bus.now();
  const clock = { now: () => now };
  return {
    bus,
    clock,
    scheduler: azureScheduler({ serviceBus: { client, queue }, clock }),
    messages: () => bus.messages(queue),
    async advance(ms: number) {
      now += ms;
      await bus.advance(ms);
    },
  };
}

async function busUnderTest(): Promise<SchedulerUnderTest> {
  const { bus, clock, scheduler, advance, messages } = await busWorld();
  return {
    scheduler,
    now: clock.now,
    advance,
    woken: async () =>
      (await messages())
        .filter(({ state }) => state === 'active')
        .map(({ body, enqueuedAt }) => ({ id: (JSON.parse(body) as Wake).id, at: enqueuedAt }))
        .sort((a, b) => a.at - b.at),
    outage: (work) => bus.during('away', work),
  };
}

describe('azureScheduler over a queue of Service Bus', () => {
  for (const { name, show } of schedulerContract) {
    it(name, async () => deepStrictEqual(await show(busUnderTest), undefined));
  }

  it('sends one scheduled message, months ahead, in the session of its process', async () => {
    const { scheduler, messages, clock } = await busWorld();
    const at = clock.now() + 200 * DAY_MS;
    await scheduler.wake('p', at);
    await scheduler.wake('Ü', clock.now());
    const [due, ahead] = await messages();
    expect(due).toMatchObject({ state: 'active', sessionId: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(ahead).toMatchObject({
      state: 'scheduled',
      scheduledAt: at,
      sessionId: 'p',
      subject: 'xorca.wake',
      contentType: 'application/json',
    });
    expect(JSON.parse(String(ahead?.body))).toEqual({ xorca: 'wake', id: 'p', at });
  });

  it('is swallowed when it is asked for again and the queue detects that, and not when it is due', async () => {
    const { scheduler, messages, clock, advance } = await busWorld('detecting');
    const at = clock.now() + 5 * MINUTE_MS;
    await scheduler.wake('p', at);
    await scheduler.wake('p', at);
    await scheduler.wake('q', at);
    expect(await messages()).toHaveLength(2);
    // A handler whose clock is behind sends it on.
    await advance(5 * MINUTE_MS - 500);
    await scheduler.wake('p', at);
    await advance(500);
    await scheduler.wake('p', at);
    expect(await messages()).toHaveLength(4);
  });

  it('names what is missing: the queue, and the role', async () => {
    const { bus, scheduler } = await busWorld();
    const client = busClient(bus.connection);
    servers.push({ stop: () => client.close() });
    const nowhere = azureScheduler({ serviceBus: { client, queue: 'nowhere' } });
    await expect(nowhere.wake('p', 0)).rejects.toMatchObject({
      code: 'XORCA_CONFIG',
      processId: 'p',
      message: expect.stringMatching(/There is no queue "nowhere" \(Send for process "p"/),
    });
    const refusal = { condition: 'amqp:unauthorized-access', description: 'Unauthorized access.' };
    await bus.during(refusal, () =>
      expect(scheduler.wake('p', 0)).rejects.toThrow(/Assign the role "Azure Service Bus Data Sender"/),
    );
    await scheduler.close();
  });
});

describe('azureScheduler', () => {
  it('refuses at once what can never work', () => {
    const connection = 'Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=a;SharedAccessKey=b';
    const wrong: readonly [object, RegExp][] = [
      [{}, /exactly one of serviceBus and storageQueue/],
      [
        { serviceBus: { connection, queue: 'wakes' }, storageQueue: { connection, queue: 'wakes' } },
        /exactly one of serviceBus and storageQueue/,
      ],
      [{ servicebus: {} }, /Did you mean "serviceBus"/],
      [{ serviceBus: { connection } }, /serviceBus of azureScheduler needs queue/],
      [{ serviceBus: { connection, topic: 'wakes' } }, /topic/],
      [{ serviceBus: { queue: 'wakes' } }, /exactly one of client, connection/],
      [{ storageQueue: { connection, queue: 'Wakes' } }, /needs queue: the name of a queue of Storage/],
      [{ storageQueue: { connection, queue: 'wakes', encoding: 'utf8' } }, /'base64' or 'text'/],
    ];
    for (const [options, message] of wrong) expect(() => azureScheduler(options as never)).toThrow(message);
  });

  it('refuses a time that is none, and an id that can be none, and leaves the far future to the timer trigger', async () => {
    const { scheduler, queue } = await storageWorld(async () => {});
    await expect(scheduler.wake('p', Number.NaN)).rejects.toMatchObject({ code: 'XORCA_CONFIG' });
    await expect(scheduler.wake('', 0)).rejects.toMatchObject({ code: 'XORCA_INVALID_ID' });
    await scheduler.wake('p', Number.POSITIVE_INFINITY);
    expect(queue.asked).toEqual([]);
  });
});
