import { AzureKeyCredential, EventGridPublisherClient } from '@azure/eventgrid';
import { ServiceBusClient } from '@azure/service-bus';
import { QueueClient } from '@azure/storage-queue';
import type { CloudEvent } from '@xorca/core';
import type { PublisherUnderTest } from '@xorca/testing';
import { type Azurite, connectionTo } from '../../../../tools/emulators/azure/azurite.ts';
import { type EventGrid, startEventGrid } from '../../../../tools/emulators/azure/event-grid.ts';
import { type QueueOptions, startServiceBus } from '../../../../tools/emulators/azure/service-bus.ts';
import { startWire } from '../../../../tools/emulators/azure/wire.ts';
import type { Wire } from '../../../../tools/emulators/wire.ts';
import { eventGridPublisher, serviceBusPublisher, storageQueuePublisher } from '../../src/index.ts';
import { refusing } from './refusing-bus.ts';
import { startRefusing } from './refusing-wire.ts';

/** What must be stopped in the end, in the reverse of this order. */
export type Servers = { stop(): Promise<void> }[];

let queues = 0;
const ONCE = { maxTries: 1 };

/** Messages of a queue of Storage, each taken off it once. */
function storageConsumer(queue: QueueClient, read: (text: string) => string) {
  const got: CloudEvent[] = [];
  return async () => {
    for (;;) {
      const { receivedMessageItems } = await queue.receiveMessages({ numberOfMessages: 32 });
      if (receivedMessageItems.length === 0) return got;
      for (const { messageText, messageId, popReceipt } of receivedMessageItems) {
        got.push(JSON.parse(read(messageText)) as CloudEvent);
        await queue.deleteMessage(messageId, popReceipt);
      }
    }
  };
}

export const fromBase64 = (text: string) => Buffer.from(text, 'base64').toString();

/** The text of a message within the XML of its call. */
function textOf(body: string): string {
  const [, text = ''] = /<MessageText>([\s\S]*)<\/MessageText>/.exec(body) ?? [];
  return text.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => ENTITIES[name] ?? '');
}
const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** A publisher over a new queue of Storage. */
export async function overStorageQueue(
  azurite: Azurite,
  servers: Servers,
  encoding: 'base64' | 'text' = 'base64',
): Promise<PublisherUnderTest & { readonly wire: Wire; readonly queue: QueueClient }> {
  const name = `queue-${++queues}`;
  const queue = new QueueClient(azurite.connection, name);
  await queue.create();
  const wire = await startWire(azurite.queue);
  const read = encoding === 'base64' ? fromBase64 : (text: string) => text;
  const refusing = await startRefusing(
    wire.endpoint,
    (body) => (body.includes('<MessageText>') ? [JSON.parse(read(textOf(body))) as CloudEvent] : []),
    { forNow: storageAnswer(503, 'ServerBusy'), forGood: storageAnswer(413, 'RequestBodyTooLarge') },
  );
  servers.push(wire, refusing);
  const client = new QueueClient(connectionTo({ queue: refusing.endpoint }), name, { retryOptions: ONCE });
  return {
    publisher: storageQueuePublisher({ client, encoding }),
    received: storageConsumer(queue, read),
    refuses: refusing.refuses,
    outage: (work) => wire.during('away', work),
    wire,
    queue,
  };
}

/** How Storage refuses a call. */
export function storageAnswer(status: number, code: string) {
  return {
    status,
    body: `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>Refused.\nRequestId:1</Message></Error>`,
    headers: { 'x-ms-error-code': code },
  };
}

/** A publisher over a new topic of Event Grid. */
export async function overEventGrid(
  servers: Servers,
): Promise<PublisherUnderTest & { readonly wire: Wire; readonly topic: EventGrid }> {
  const topic = await startEventGrid();
  const wire = await startWire(topic.endpoint);
  const refusing = await startRefusing(wire.endpoint, (body) => JSON.parse(body) as CloudEvent[], {
    forNow: gridAnswer(503, 'ServiceUnavailable'),
    forGood: gridAnswer(400, 'BadRequest'),
  });
  servers.push(topic, wire, refusing);
  return {
    publisher: eventGridPublisher({ client: gridClient(refusing.endpoint, topic.key) }),
    received: () => topic.events as CloudEvent[],
    refuses: refusing.refuses,
    outage: (work) => wire.during('away', work),
    wire,
    topic,
  };
}

/** A client that tries nothing again. */
export function gridClient(endpoint: string, key: string) {
  return new EventGridPublisherClient(endpoint, 'Custom', new AzureKeyCredential(key), {
    allowInsecureConnection: true,
    retryOptions: { maxRetries: 0 },
  });
}

/** How Event Grid refuses a call. */
export function gridAnswer(status: number, code: string) {
  return {
    status,
    body: { error: { code, message: 'Refused.' } },
    headers: { 'content-type': 'application/json' },
  };
}

const EACH = 40;
const KINDS = {
  sessions: { requiresSession: true },
  partitioned: { requiresSession: true, partitioned: true },
  detecting: { requiresSession: true, duplicateDetectionMs: 600_000 },
  plain: {},
  small: { maxMessageBytes: 20_000 },
  premium: { maxMessageBytes: 8_388_608 },
} satisfies Record<string, QueueOptions>;
export type QueueKind = keyof typeof KINDS;

/** Starts it, with queues enough for a file of tests. */
export async function startNamespace(servers: Servers, startAt?: number) {
  const names = (kind: string) => Array.from({ length: EACH }, (_, n) => `${kind}-${n}`);
  const queues = Object.entries(KINDS).flatMap(([kind, options]) =>
    names(kind).map((name) => [name, options]),
  );
  const topics = { events: { subscriptions: { all: {} } } };
  const bus = await startServiceBus({
    queues: Object.fromEntries(queues) as Record<string, QueueOptions>,
    topics,
    ...(startAt === undefined ? {} : { startAt }),
  });
  servers.push(bus);
  const given = new Map<QueueKind, number>();
  return {
    bus,
    next(kind: QueueKind): string {
      const n = given.get(kind) ?? 0;
      given.set(kind, n + 1);
      return `${kind}-${n}`;
    },
  };
}

export type BusNamespace = Awaited<ReturnType<typeof startNamespace>>;

/** A publisher over a queue of Service Bus that nobody has had. */
export async function overServiceBus(
  namespace: BusNamespace,
  servers: Servers,
  kind: QueueKind = 'sessions',
) {
  const { bus } = namespace;
  const queue = namespace.next(kind);
  const own = busClient(bus.connection);
  servers.push({ stop: () => own.close() });
  const { client, refuses } = refusing(own);
  const publisher = serviceBusPublisher({ client, queue });
  const messages = () => bus.messages(queue);
  return {
    publisher,
    client,
    queue,
    messages,
    /** Bytes of each transfer that was taken or refused. */
    transfers: async () =>
      (await bus.calls()).filter(({ entity }) => entity === queue).map(({ bytes }) => bytes),
    received: async () => (await messages()).map(({ body }) => JSON.parse(body) as CloudEvent),
    refuses,
    outage: (work: () => Promise<void>) => bus.during('away', work),
  };
}

/** A client that tries nothing again. */
export function busClient(connection: string, timeoutInMs = 5_000) {
  return new ServiceBusClient(connection, { retryOptions: { maxRetries: 0, timeoutInMs } });
}
