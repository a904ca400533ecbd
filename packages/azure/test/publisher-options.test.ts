import { AzureKeyCredential, EventGridPublisherClient } from '@azure/eventgrid';
import { QueueClient } from '@azure/storage-queue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Azurite, connectionTo, startAzurite } from '../../../tools/emulators/azure/azurite.ts';
import { startWire } from '../../../tools/emulators/azure/wire.ts';
import { eventGridPublisher, serviceBusPublisher, storageQueuePublisher } from '../src/index.ts';
import { gridClient, overEventGrid, overStorageQueue, type Servers } from './support/buses.ts';
import { event, failedOf, later } from './support/published.ts';

const servers: Servers = [];
let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
  servers.push(azurite);
});
afterAll(async () => {
  for (const server of servers.reverse()) await server.stop();
});

describe('options', () => {
  it('that do not fit are refused at once', () => {
    const bus = 'Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=a;SharedAccessKey=b';
    const endpoint = 'https://orders.westeurope-1.eventgrid.azure.net/api/events';
    const credential = new AzureKeyCredential('k');
    const wrong: readonly [() => unknown, RegExp][] = [
      [() => storageQueuePublisher({ connection: azurite.connection, queue: 'No' }), /needs queue/],
      [() => storageQueuePublisher({ connection: azurite.connection } as never), /needs queue/],
      [() => storageQueuePublisher({ queue: 'orders' }), /exactly one of client, connection/],
      [
        () => storageQueuePublisher({ client: new QueueClient(azurite.connection, 'q-1'), queue: 'q-1' }),
        /client and a queue/,
      ],
      [() => storageQueuePublisher({ que: 'x' } as never), /Did you mean "queue"/],
      [
        () =>
          storageQueuePublisher({ connection: azurite.connection, queue: 'orders', maxEventBytes: 65_536 }),
        /from 1 to 49152/,
      ],
      [() => serviceBusPublisher({ connection: bus }), /exactly one of queue and topic/],
      [
        () => serviceBusPublisher({ connection: bus, queue: 'a', topic: 'b' }),
        /exactly one of queue and topic/,
      ],
      [() => serviceBusPublisher({ connection: bus, topic: '' }), /needs topic/],
      [() => serviceBusPublisher({ client: {} as never, queue: 'a' }), /no method createSender/],
      [() => eventGridPublisher({}), /exactly one of client/],
      [() => eventGridPublisher({ endpoint: 'orders' }), /must be the address of a topic/],
      [() => eventGridPublisher({ endpoint, key: '' }), /key of eventGridPublisher/],
      [
        () => eventGridPublisher({ endpoint, key: 'k', credential: { getToken: async () => null } }),
        /stands for credential/,
      ],
      [() => eventGridPublisher({ connection: 'x' } as never), /connection/],
      [
        () =>
          eventGridPublisher({ client: new EventGridPublisherClient(endpoint, 'CloudEvent', credential) }),
        /schema "CloudEvent".*Make it with "Custom"/,
      ],
      [() => eventGridPublisher({ endpoint, key: 'k', maxEventBytes: 1_000_000 }), /from 1 to 999997/],
    ];
    for (const [make, message] of wrong) expect(make).toThrow(message);
    expect(gridClient(endpoint, 'k')).toBeDefined();
  });

  it('with a key in the wrong place are refused without it', () => {
    const secret = 'Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=a;SharedAccessKey=c2VjcmV0';
    const wrong = [
      () => serviceBusPublisher({ connection: secret, queue: secret }),
      () => serviceBusPublisher({ connection: secret, topic: secret }),
      () => serviceBusPublisher({ setting: secret, queue: 'a' }),
      () => eventGridPublisher({ setting: secret }),
      () => eventGridPublisher({ endpoint: 'c2VjcmV0c2VjcmV0=', key: 'k' }),
      () => eventGridPublisher({ endpoint: 'c2VjcmV0'.repeat(10), key: 'k' }),
    ];
    for (const make of wrong) expect(make).toThrow(/^(?!.*c2VjcmV0).*connection string or a key/);
    expect(() => serviceBusPublisher({ connection: secret, queue: '_orders' })).toThrow(/not "_orders"/);
  });

  it('by a setting name the topic that it has, in errors', async () => {
    const { topic, wire } = await overEventGrid(servers);
    process.env['XORCA_TEST_TOPIC__topicEndpointUri'] = wire.endpoint;
    // The SDK sends a token over TLS alone: that is told, with the place.
    const publisher = eventGridPublisher({
      setting: 'XORCA_TEST_TOPIC',
      credential: { getToken: async () => ({ token: 't', expiresOnTimestamp: Date.now() + 1e6 }) },
    });
    delete process.env['XORCA_TEST_TOPIC__topicEndpointUri'];
    expect(await failedOf(publisher.publish([event]))).toEqual(
      later(expect.stringContaining(`topic "${new URL(wire.endpoint).host}"`)),
    );
    expect(topic.events).toHaveLength(0);
  });

  it('of a way that Event Grid has not are told with the first event: a setting that is a text by itself', async () => {
    process.env['XORCA_TEST_GRID'] = 'Endpoint=…';
    const publisher = eventGridPublisher({ setting: 'XORCA_TEST_GRID' });
    delete process.env['XORCA_TEST_GRID'];
    expect(await failedOf(publisher.publish([event]))).toEqual(
      later(expect.stringMatching(/XORCA_TEST_GRID__topicEndpointUri/)),
    );
  });

  it('a connection string serves with its own retries and time limits', async () => {
    const { queue } = await overStorageQueue(azurite, servers);
    const wire = await startWire(azurite.queue);
    servers.push(wire);
    const publisher = storageQueuePublisher({
      connection: connectionTo({ queue: wire.endpoint }),
      queue: queue.name,
    });
    await wire.during('away', () => publisher.publish([event]), 1);
    expect((await queue.receiveMessages()).receivedMessageItems).toHaveLength(1);
  });
});
