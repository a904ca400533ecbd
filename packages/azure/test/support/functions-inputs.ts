import type { RpcData, RpcMetadata } from './functions-host.ts';

/** What a trigger brings. */
export interface Sent {
  readonly data: RpcData;
  readonly metadata?: RpcMetadata;
}

const string = (text: string): RpcData => ({ string: text });
const json = (value: unknown): RpcData => ({ json: JSON.stringify(value) });

/** A message of Service Bus. */
export const busMessage = (body: string, id = 'm1', deliveries = 1): Sent => ({
  data: string(body),
  metadata: { MessageId: string(id), DeliveryCount: json(deliveries), SessionId: string('s') },
});

/** A batch of Service Bus. */
export const busBatch = (bodies: readonly string[]): Sent => ({
  data: { collectionString: { string: bodies } },
  metadata: {
    MessageIdArray: { collectionString: { string: bodies.map((_, at) => `m${at + 1}`) } },
    DeliveryCountArray: json(bodies.map(() => 2)),
  },
});

/** A batch whose bodies are bytes, as the host makes of other content types. */
export const busBytes = (bodies: readonly string[]): Sent => ({
  data: { collectionBytes: { bytes: bodies.map((body) => Buffer.from(body)) } },
});

/** A message of a storage queue. */
export const queueMessage = (body: string): Sent => ({
  data: string(body),
  metadata: { Id: string('q1'), DequeueCount: json(3) },
});

/** An event of Event Grid. */
export const gridEvent = (body: string): Sent => ({ data: { json: body } });

/** The tick of a timer. */
export const tick: Sent = {
  data: json({ Schedule: { AdjustForDST: true }, ScheduleStatus: null, IsPastDue: false }),
};

/** A request by HTTP. */
export const request = (
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>>,
  method = 'POST',
): Sent => ({
  data: {
    http: {
      method,
      url: 'https://app.azurewebsites.net/api/orders?code=key',
      nullableHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, { value }])),
      nullableParams: {},
      nullableQuery: { code: { value: 'key' } },
      body: typeof body === 'string' ? { string: body } : { bytes: body },
    },
  },
});
