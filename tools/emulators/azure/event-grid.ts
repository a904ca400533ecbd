import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { Emulator } from '../emulator.ts';
import {
  type DeadEvent,
  type DeliveryOptions,
  type GridFilter,
  startDeliveries,
} from './event-grid-delivery.ts';
import { eventsOf, type GridEvent, type Refusal, refusal } from './event-grid-rules.ts';

/** A topic of Event Grid with the schema of CloudEvents, and its subscriptions, in this program: nothing that can be had emulates it. */
export interface EventGrid extends Emulator {
  /** `http://127.0.0.1:<port>/api/events` */
  readonly endpoint: string;
  readonly key: string;
  /** What was taken since it began, in the order of the calls. */
  readonly events: GridEvent[];
  /** What was given up. */
  readonly dead: DeadEvent[];
  /**
   * Delivers each later event in a call of its own, at least once and in no order, again when the call fails; an error with a `status` that
   * Event Grid does not retry (400, 401, 403, 413) is the end of the event. Gives a function that ends the subscription.
   */
  subscribe(deliver: (event: GridEvent) => Promise<void>, filter?: GridFilter): () => void;
  /** Delivers up to `max` events, 1 to 5,000, in a call, which fails as a whole. */
  subscribeBatches(
    deliver: (events: readonly GridEvent[]) => Promise<void>,
    max: number,
    filter?: GridFilter,
  ): () => void;
  /** Until all that was taken is delivered or dead. */
  idle(): Promise<void>;
}

/** What a topic can be made with. */
export interface EventGridOptions extends DeliveryOptions {
  /** Default: one of its own. */
  readonly key?: string;
  /** Bytes of a call. Default: 1 MB, as documented; the service was seen to take 1,536,000: https://github.com/Azure/azure-functions-eventgrid-extension/issues/94 */
  readonly maxBytes?: number;
}

/** Starts a topic. */
export async function startEventGrid(options: EventGridOptions = {}): Promise<EventGrid> {
  const { key = crypto.randomUUID(), maxBytes } = options;
  const events: GridEvent[] = [];
  const deliveries = startDeliveries(options);

  async function publish(call: IncomingMessage): Promise<Refusal | undefined> {
    const chunks: Buffer[] = [];
    for await (const chunk of call) chunks.push(chunk as Buffer);
    const { method, url = '', headers } = call;
    if (method !== 'POST' || url.split('?')[0] !== '/api/events') {
      return refusal(404, 'NotFound', 'There is no such resource.');
    }
    if (headers['aeg-sas-key'] !== key) {
      return refusal(401, 'Unauthorized', 'The request authorization key is not authorized for the topic.');
    }
    const taken = eventsOf(headers['content-type'], Buffer.concat(chunks), maxBytes);
    if ('status' in taken) return taken;
    events.push(...taken);
    deliveries.take(taken);
    return undefined;
  }

  const server = createServer(async (call, reply) => {
    const { status = 200, body } = (await publish(call)) ?? {};
    reply.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
    reply.end(body && JSON.stringify(body));
  });
  server.keepAliveTimeout = 600_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  return {
    endpoint: `http://127.0.0.1:${port}/api/events`,
    key,
    events,
    dead: deliveries.dead,
    subscribe: (deliver, filter = {}) =>
      deliveries.subscribe(([event]) => deliver(event as GridEvent), 1, filter),
    subscribeBatches(deliver, max, filter = {}) {
      // https://learn.microsoft.com/azure/event-grid/delivery-and-retry#output-batching
      if (max < 1 || max > 5_000) throw new RangeError('Event Grid delivers 1 to 5,000 events in a call.');
      return deliveries.subscribe(deliver, max, filter);
    },
    idle: deliveries.idle,
    async stop() {
      deliveries.stop();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
