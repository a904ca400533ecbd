import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { ServiceBusClient } from '@azure/service-bus';
import type { CloudEvent } from '@xorca/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../../tools/emulators/azure/azurite.ts';
import { eventGridPublisher, serviceBusPublisher, storageQueuePublisher } from '../src/index.ts';
import { busMessage } from '../src/publish/bus-message.ts';
import {
  type BusNamespace,
  busClient,
  gridAnswer,
  gridClient,
  overEventGrid,
  overServiceBus,
  overStorageQueue,
  type Servers,
  startNamespace,
  storageAnswer,
} from './support/buses.ts';
import { event, failedOf, later } from './support/published.ts';

const seed = Number(process.env['XORCA_SEED'] ?? 20_261_124);

const servers: Servers = [];
let azurite: Azurite;
let namespace: BusNamespace;
beforeAll(async () => {
  azurite = await startAzurite();
  servers.push(azurite);
  namespace = await startNamespace(servers);
});
afterAll(async () => {
  for (const server of servers.reverse()) await server.stop();
});

describe('what a consumer sees', () => {
  it('of Storage: base64 as the triggers of Functions read it, or text, and messages that never expire', async () => {
    for (const encoding of ['base64', 'text'] as const) {
      const { publisher, queue, wire } = await overStorageQueue(azurite, servers, encoding);
      await publisher.publish([event]);
      const { receivedMessageItems } = await queue.receiveMessages();
      const [{ messageText = '', expiresOn } = {}] = receivedMessageItems;
      const body = encoding === 'text' ? messageText : Buffer.from(messageText, 'base64').toString();
      expect(JSON.parse(body)).toEqual(event);
      // The end of all days of .NET.
      expect(expiresOn?.getUTCFullYear()).toBe(9999);
      expect(wire.calls[0]?.path).toMatch(/messagettl=-1/);
    }
  });

  it('of Event Grid: the event as it is, without a time or a type of content that it did not have', async () => {
    const { publisher, topic } = await overEventGrid(servers);
    const all = [
      event,
      { ...event, id: 'p/2', time: '2026-01-02T03:04:05+01:00', data: null },
      { ...event, id: 'p/3', data_base64: 'AP8Q', traceparent: '00-a-b-01' },
    ];
    await publisher.publish(all);
    expect(topic.events).toEqual(all);
    expect(topic.events.map((one) => Object.keys(one))).toEqual(all.map((one) => Object.keys(one)));
  });

  it('of Service Bus: the subject as session, the type as label, both type and source as properties for filters', async () => {
    const { publisher, messages } = await overServiceBus(namespace, servers);
    const odd = { ...event, id: 'p/2', type: `cmd.${'x'.repeat(300)}`, source: '/\ud800', subject: 'Ü' };
    await publisher.publish([event, odd]);
    const got = await messages();
    expect(got).toMatchObject([
      {
        sessionId: 'p',
        subject: 'cmd.books.fetch',
        contentType: 'application/cloudevents+json',
        properties: { type: 'cmd.books.fetch', source: '/orch' },
        messageId: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
      { sessionId: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
    expect(got[1]?.subject).toBeUndefined();
    expect(got[1]?.properties).toEqual({});
  });

  it('of Service Bus with duplicate detection: nothing twice, and all that another source calls by the same id', async () => {
    const { publisher, messages } = await overServiceBus(namespace, servers, 'detecting');
    await publisher.publish([event, event, { ...event, source: '/other' }]);
    await publisher.publish([event]);
    expect((await messages()).map(({ properties }) => properties['source'])).toEqual(['/orch', '/other']);
  });
});

describe('sessions', () => {
  it('any subject has one, of 128 characters at most, and no two share one', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 200 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        const [first, second] = [a, b].map((subject) => busMessage({ ...event, subject }).message.sessionId);
        expect(first).toMatch(/^[\x20-\x7e]{1,128}$/);
        if (a !== b) expect(first).not.toBe(second);
      }),
      { seed },
    );
    const { subject: _, ...none } = event;
    expect(busMessage(none as CloudEvent).message.sessionId).toBe(
      busMessage({ ...event, subject: '' }).message.sessionId,
    );
  });
});

describe('what goes out together', () => {
  const many = (count: number, data = '') =>
    Array.from({ length: count }, (_, n) => ({ ...event, id: `p/${n}`, subject: `s${n % 7}`, data }));

  it('is one call of Event Grid, and as many as their bytes need', async () => {
    const { publisher, wire } = await overEventGrid(servers);
    await publisher.publish(many(500));
    expect(wire.calls).toHaveLength(1);
    await publisher.publish(many(10, 'x'.repeat(300_000)));
    const calls = wire.calls.slice(1);
    expect(calls.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    for (const { sentBytes } of calls) expect(sentBytes).toBeLessThanOrEqual(1_000_000);
  });

  it('is one transfer to Service Bus, of several sessions, and as many as their bytes need', async () => {
    const { publisher, transfers } = await overServiceBus(namespace, servers);
    await publisher.publish(many(100));
    expect(await transfers()).toHaveLength(1);
    await publisher.publish(many(20, 'x'.repeat(60_000)));
    expect(await transfers()).toHaveLength(6);
    for (const bytes of await transfers()) expect(bytes).toBeLessThanOrEqual(262_144);
  });

  it('never is over what the link takes, whatever the events are, for its size is counted before', async () => {
    const wide = fc.string({ unit: fc.constantFrom('a', 'Ü', '日', '🦈'), maxLength: 200 });
    const { publisher, transfers, messages } = await overServiceBus(namespace, servers);
    let sent = 0;
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(
        wide,
        wide,
        wide,
        fc.integer({ min: 0, max: 40_000 }),
        async (type, source, subject, size) => {
          const all = Array.from({ length: 30 }, (_, n) => ({
            ...event,
            id: `${n}`,
            type: `t${type}`,
            source: `/${source}`,
            subject,
            data: 'x'.repeat(size),
          }));
          await publisher.publish(all);
          taken += 30;
          expect(await messages()).toHaveLength(taken);
          // A batch over the limit would have been split into single messages.
          const bytes = all.reduce((sum, one) => sum + busMessage(one).bytes, 0);
          const { length } = await transfers();
          expect(length - sent).toBeLessThanOrEqual(Math.ceil(bytes / 200_000) + 1);
          sent = length;
        },
      ),
      { seed, numRuns: 20 },
    );
  });

  it('is sent to Storage one by one, of several subjects at the same time', async () => {
    const { publisher, wire } = await overStorageQueue(azurite, servers);
    await publisher.publish(many(14));
    expect(wire.calls.map(({ action }) => action)).toEqual(new Array(14).fill('PutMessage'));
  });

  it('stays together where a batch was not allowed once, for another reason than partitions', async () => {
    const { publisher, transfers } = await overServiceBus(namespace, servers);
    const refusal = { condition: 'amqp:not-allowed', description: 'The namespace is suspended.' };
    await namespace.bus.during(refusal, () => failedOf(publisher.publish(many(5))));
    const before = (await transfers()).length;
    await publisher.publish(many(5));
    expect((await transfers()).length - before).toBe(1);
  });

  it('goes one by one to a partitioned queue, after the first time without a try for all', async () => {
    const { publisher, transfers, messages } = await overServiceBus(namespace, servers, 'partitioned');
    await publisher.publish(many(5));
    expect(await transfers()).toHaveLength(6);
    await publisher.publish(many(5));
    expect(await transfers()).toHaveLength(11);
    expect(await messages()).toHaveLength(10);
  });

  it('uses what a link of the tier Premium takes, once it is known', async () => {
    const { client, queue, transfers, messages } = await overServiceBus(namespace, servers, 'premium');
    const publisher = serviceBusPublisher({ client, queue, maxEventBytes: 4_000_000 });
    await publisher.publish(many(2));
    // A batch takes one megabyte there, a message more.
    await publisher.publish([...many(15, 'x'.repeat(60_000)), { ...event, data: 'x'.repeat(3_000_000) }]);
    expect((await transfers()).slice(1)).toHaveLength(2);
    expect(await messages()).toHaveLength(18);
  });

  it('goes out though the link takes less than it should, and what alone is too large for it is refused alone', async () => {
    const { publisher, messages } = await overServiceBus(namespace, servers, 'small');
    const large = { ...event, id: 'large', data: 'x'.repeat(30_000) };
    const failed = await failedOf(publisher.publish([...many(3, 'x'.repeat(9_000)), large, ...many(1)]));
    expect(failed).toEqual([
      { id: 'large', retryable: false, reason: expect.stringMatching(/MessageSizeExceeded|exceed/) },
    ]);
    expect(await messages()).toHaveLength(4);
  });
});

describe('what cannot be sent', () => {
  it('is named with its size and the limit', async () => {
    const limits = {
      49152: () => overStorageQueue(azurite, servers),
      999997: () => overEventGrid(servers),
      258048: () => overServiceBus(namespace, servers),
    };
    for (const [most, make] of Object.entries(limits)) {
      const { publisher } = await make();
      expect(publisher.maxEventBytes).toBe(Number(most));
      const large = { ...event, data: 'x'.repeat(1_000_000) };
      expect(await failedOf(publisher.publish([large, large]))).toEqual([
        {
          id: 'p/1',
          retryable: false,
          reason: expect.stringMatching(new RegExp(`cmd.books.fetch has 10\\d{5} bytes.*at most ${most}`)),
        },
      ]);
    }
  });

  it('over Storage in text: an event with so many quotation marks that its XML is too large, for good', async () => {
    const { publisher, received } = await overStorageQueue(azurite, servers, 'text');
    const quoted = { ...event, id: 'p/2', data: new Array(15_000).fill('') };
    expect(await failedOf(publisher.publish([event, quoted]))).toEqual([
      { id: 'p/2', retryable: false, reason: expect.stringMatching(/quotation mark.*base64/) },
    ]);
    expect((await received()).map(({ id }) => id)).toEqual(['p/1']);
  });

  it('without JSON is refused alone', async () => {
    for (const make of [
      () => overStorageQueue(azurite, servers),
      () => overEventGrid(servers),
      () => overServiceBus(namespace, servers),
    ]) {
      const { publisher, received } = await make();
      const odd = { ...event, id: 'odd', data: 1n };
      expect(await failedOf(publisher.publish([event, odd as never, { ...event, id: 'p/2' }]))).toMatchObject(
        [{ id: 'odd', retryable: false }],
      );
      expect((await received()).map(({ id }) => id)).toEqual(['p/1', 'p/2']);
    }
  });

  it('over Event Grid: one event that it refuses goes alone, for good, and its neighbours go out', async () => {
    const { publisher, received } = await overEventGrid(servers);
    const odd = { ...event, id: 'odd', time: 'soon' };
    expect(await failedOf(publisher.publish([event, odd, { ...event, id: 'p/2' }]))).toEqual([
      { id: 'odd', retryable: false, reason: expect.stringContaining('time') },
    ]);
    expect((await received()).map(({ id }) => id)).toEqual(['p/1', 'p/2']);
  });

  it('over Event Grid: two odd events at the head of a batch are refused for good, for the third is taken', async () => {
    const { publisher, received } = await overEventGrid(servers);
    const all = [1, 2, 3, 4].map((n) => ({ ...event, id: `p/${n}`, ...(n === 3 ? {} : { time: 'soon' }) }));
    expect(await failedOf(publisher.publish(all))).toMatchObject([
      { id: 'p/1', retryable: false },
      { id: 'p/2', retryable: false },
      { id: 'p/4', retryable: false },
    ]);
    expect((await received()).map(({ id }) => id)).toEqual(['p/3']);
  });
});

describe('what waits', () => {
  it('where queue or topic are not there, named', async () => {
    const client = busClient(namespace.bus.connection);
    const { topic, wire } = await overEventGrid(servers);
    servers.push({ stop: () => client.close() });
    const missing = {
      'There is no queue "nowhere" (PutMessage': storageQueuePublisher({
        connection: azurite.connection,
        queue: 'nowhere',
      }),
      'There is no queue "nowhere" (Send': serviceBusPublisher({ client, queue: 'nowhere' }),
      'There is no topic "nowhere" (Send': serviceBusPublisher({ client, topic: 'nowhere' }),
    };
    for (const [words, publisher] of Object.entries(missing)) {
      expect(await failedOf(publisher.publish([event])), words).toEqual(
        later(expect.stringContaining(words)),
      );
    }
    const gone = eventGridPublisher({ endpoint: wire.endpoint, key: topic.key });
    await wire.during(gridAnswer(404, 'NotFound'), async () =>
      expect(await failedOf(gone.publish([event]))).toEqual(
        later(expect.stringMatching(/There is no topic "127\.0\.0\.1:\d+".*correct its endpoint/)),
      ),
    );
  });

  it('where a right is missing, with the role that gives it', async () => {
    const storage = await overStorageQueue(azurite, servers);
    await storage.wire.during(storageAnswer(403, 'AuthorizationPermissionMismatch'), async () =>
      expect(await failedOf(storage.publisher.publish([event]))).toEqual(
        later(expect.stringMatching(/Assign the role "Storage Queue Data Message Sender"/)),
      ),
    );
    const grid = await overEventGrid(servers);
    await grid.wire.during(gridAnswer(403, 'Forbidden'), async () =>
      expect(await failedOf(grid.publisher.publish([event]))).toEqual(
        later(expect.stringMatching(/Assign the role "EventGrid Data Sender"/)),
      ),
    );
    const { publisher } = await overServiceBus(namespace, servers);
    const refusal = {
      condition: 'amqp:unauthorized-access',
      description: "Unauthorized access. 'Send' claim(s) are required to perform this operation.",
    };
    await namespace.bus.during(refusal, async () =>
      expect(await failedOf(publisher.publish([event]))).toEqual(
        later(expect.stringMatching(/Assign the role "Azure Service Bus Data Sender"/)),
      ),
    );
  });

  it('where a topic of Event Grid refuses one event like the other, without a call for each', async () => {
    const { publisher, wire, received } = await overEventGrid(servers);
    for (const [count, calls] of [
      [2, 3],
      [500, 4],
    ] as const) {
      const all = Array.from({ length: count }, (_, n) => ({ ...event, id: `p/${n}` }));
      // One call more would be taken.
      const failed = await wire.during(
        gridAnswer(400, 'BadRequest'),
        () => failedOf(publisher.publish(all)),
        calls,
      );
      expect(failed.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
      for (const { retryable, reason } of failed) {
        expect(retryable).toBe(true);
        expect(reason).toMatch(/Refused.*input schema must be CloudEvents/);
      }
      expect(await received()).toHaveLength(0);
    }
    await publisher.publish([event]);
    expect(await received()).toHaveLength(1);
  });

  it('while the events of a batch go one by one, and goes together again after it', async () => {
    const statuses = [413, 200, 503];
    const got: string[][] = [];
    const server = createServer(async (asked, answer) => {
      const events = JSON.parse(await text(asked)) as CloudEvent[];
      got.push(events.map(({ id }) => id));
      answer.writeHead(statuses.shift() ?? 200).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    servers.push({
      async stop() {
        server.closeAllConnections();
        server.close();
      },
    });
    const client = gridClient(`http://127.0.0.1:${port}/api/events`, 'k');
    const all = [1, 2, 3].map((n) => ({ ...event, id: `p/${n}` }));
    await eventGridPublisher({ client }).publish(all);
    expect(got).toEqual([['p/1', 'p/2', 'p/3'], ['p/1'], ['p/2'], ['p/2', 'p/3']]);
  });

  it('where a queue is off, full, or does not know what it is asked for, each in its own words', async () => {
    const { publisher } = await overServiceBus(namespace, servers);
    const refusals = [
      ['com.microsoft:entity-disabled', 'The entity is currently disabled.', /it is disabled; enable it/],
      [
        'amqp:resource-limit-exceeded',
        'The maximum entity size has been reached or exceeded.',
        /It is full: its consumer is down, or it is too small/,
      ],
      ['amqp:not-implemented', 'No sessions here.', /refused, and nothing was changed/],
    ] as const;
    for (const [condition, description, words] of refusals) {
      await namespace.bus.during({ condition, description }, async () =>
        expect(await failedOf(publisher.publish([event]))).toEqual(later(expect.stringMatching(words))),
      );
    }
  });

  it('where the key is a wrong one, and no message tells it', async () => {
    const wrongBus = serviceBusPublisher({
      connection: namespace.bus.connection.replace(/SharedAccessKey=[^;]+/, 'SharedAccessKey=wrong-key'),
      queue: namespace.next('plain'),
    });
    const refused = await failedOf(wrongBus.publish([event]));
    expect(refused).toEqual(later(expect.stringMatching(/Correct the key of the connection string/)));
    expect(JSON.stringify(refused)).not.toMatch(/wrong-key|Assign the role/);
    await wrongBus.close();
    const { topic } = await overEventGrid(servers);
    const failed = await failedOf(
      eventGridPublisher({ endpoint: topic.endpoint, key: 'wrong-key' }).publish([event]),
    );
    expect(failed).toEqual(later(expect.stringMatching(/does not know who calls PublishEvents/)));
    expect(JSON.stringify(failed)).not.toContain('wrong-key');
  });

  it('while the service is asked too much', async () => {
    const storage = await overStorageQueue(azurite, servers);
    const grid = await overEventGrid(servers);
    for (const { publisher, wire } of [storage, grid]) {
      await wire.during('throttled', async () =>
        expect(await failedOf(publisher.publish([event]))).toEqual(
          later(expect.stringContaining('asked too much')),
        ),
      );
    }
    const { publisher } = await overServiceBus(namespace, servers);
    await namespace.bus.during('throttled', async () =>
      expect(await failedOf(publisher.publish([event]))).toEqual(
        later(expect.stringContaining('asked too much')),
      ),
    );
  });

  it('and so with a client that tries again by itself, and throws all that came of it', async () => {
    const client = new ServiceBusClient(namespace.bus.connection, {
      retryOptions: { maxRetries: 1, retryDelayInMs: 1 },
    });
    servers.push({ stop: () => client.close() });
    const publisher = serviceBusPublisher({ client, queue: namespace.next('plain') });
    await namespace.bus.during('throttled', async () =>
      expect(await failedOf(publisher.publish([event]))).toEqual(
        later(expect.stringMatching(/throttled.*asked too much/)),
      ),
    );
  });

  it('while Service Bus is silent, for as long as the client waits', async () => {
    const { queue, messages } = await overServiceBus(namespace, servers);
    const client = busClient(namespace.bus.connection, 300);
    servers.push({ stop: () => client.close() });
    const publisher = serviceBusPublisher({ client, queue });
    await publisher.publish([event]);
    await namespace.bus.during('silent', async () =>
      expect(await failedOf(publisher.publish([{ ...event, id: 'p/2' }]))).toMatchObject([
        { id: 'p/2', retryable: true, reason: expect.stringMatching(/Send on queue "sessions-\d+" failed/) },
      ]),
    );
    await publisher.publish([{ ...event, id: 'p/3' }]);
    expect(await messages()).toHaveLength(2);
  });

  it('one message that a queue does not allow, whatever the queue has against it', async () => {
    const { publisher } = await overServiceBus(namespace, servers);
    const refusal = { condition: 'amqp:not-allowed', description: 'The namespace is suspended.' };
    await namespace.bus.during(refusal, async () =>
      expect(await failedOf(publisher.publish([event]))).toEqual(
        later(expect.stringContaining('The namespace is suspended')),
      ),
    );
  });
});
