import { join } from 'node:path';
import { startModule } from '../emulator.ts';
import { ask } from './service-bus/control.ts';
import type {
  NamespaceOptions,
  QueuedMessage,
  ServiceBusCall,
  ServiceBusEvent,
  ServiceBusMode,
} from './service-bus/options.ts';

export type {
  NamespaceOptions,
  QueuedMessage,
  QueueOptions,
  ServiceBusCall,
  ServiceBusEvent,
  ServiceBusMode,
} from './service-bus/options.ts';

/** A namespace of Service Bus, in a process of its own, which ends with this one. */
export interface ServiceBusEmulator {
  /** For `new ServiceBusClient(connection)`. */
  readonly connection: string;
  /** The time of the service, in epoch milliseconds. */
  now(): Promise<number>;
  /** Lets the time of the service jump: what was scheduled until then is there, and locks that end by then are lost. */
  advance(ms: number): Promise<void>;
  /** Makes the service so while the work runs; with `times`, only for the next calls. */
  during<Result>(mode: ServiceBusMode, work: () => Promise<Result>, times?: number): Promise<Result>;
  /** What was asked of the service and answered, or done without an answer, since it began or `forget`. */
  calls(): Promise<readonly ServiceBusCall[]>;
  /** What the service did by itself since it began or `forget`. */
  events(): Promise<readonly ServiceBusEvent[]>;
  forget(): Promise<void>;
  /** What lies in a queue, a subscription (`topic/Subscriptions/name`) or, scheduled, in a topic. */
  messages(entity: string): Promise<readonly QueuedMessage[]>;
  /** The dead letters of a queue or a subscription; in their properties `DeadLetterReason` and `DeadLetterErrorDescription`. */
  dead(entity: string): Promise<readonly QueuedMessage[]>;
  stop(): Promise<void>;
}

/**
 * Starts a namespace for the SDK `@azure/service-bus`, which speaks AMQP 1.0 to it over plain TCP.
 *
 * ```ts
 * const bus = await startServiceBus({
 *   queues: { orders: { requiresSession: true, duplicateDetectionMs: 600_000 }, wakes: {} },
 *   topics: { things: { subscriptions: { all: {}, made: { filter: ['thing.made', { prefix: 'thing.make.' }] } } } },
 * });
 * const client = new ServiceBusClient(bus.connection, { retryOptions: { maxRetries: 0, timeoutInMs: 1_000 } });
 * await bus.during('throttled', () => sender.sendMessages(message), 1);
 * expect(await bus.messages('orders')).toMatchObject([{ sessionId: 'order-1', state: 'active' }]);
 * await bus.advance(60_000);
 * ```
 *
 * It does queues, topics, batches, sessions and their state, locks and dead letters, deferred, scheduled and expiring messages, duplicates,
 * peeking, and shared access keys. It does not do transactions, forwarding, rules and filters of SQL, quotas of size or number, roles of Microsoft
 * Entra ID, AMQP over web sockets, the management API over HTTP, or the detaching of links that are idle for ten minutes.
 *
 * A client whose connection is cut as it sends (`away`, `lostReply`) does not see that: it waits for its answer until its `timeoutInMs` is over,
 * a minute by default. So a test of that gives it a short one.
 */
export async function startServiceBus(options: NamespaceOptions): Promise<ServiceBusEmulator> {
  const key = options.key ?? Buffer.from(crypto.randomUUID()).toString('base64');
  const { endpoint, stop } = await startModule(join(import.meta.dirname, 'service-bus-server.ts'), [
    JSON.stringify({ ...options, key }),
  ]);
  const port = await ask(endpoint, 'port');
  return {
    connection: [
      `Endpoint=sb://127.0.0.1:${port}`,
      'SharedAccessKeyName=RootManageSharedAccessKey',
      `SharedAccessKey=${key}`,
      'UseDevelopmentEmulator=true',
    ].join(';'),
    now: () => ask(endpoint, 'now'),
    advance: (ms) => ask(endpoint, 'advance', ms),
    async during(mode, work, times) {
      await ask(endpoint, 'fault', mode, times);
      try {
        return await work();
      } finally {
        await ask(endpoint, 'fault', 'open', undefined);
      }
    },
    calls: () => ask(endpoint, 'calls'),
    events: () => ask(endpoint, 'events'),
    forget: () => ask(endpoint, 'forget'),
    messages: (entity) => ask(endpoint, 'messages', entity),
    dead: (entity) => ask(endpoint, 'messages', `${entity}/$DeadLetterQueue`),
    stop,
  };
}
