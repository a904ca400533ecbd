import { connectionOf, type FunctionsHost, functionOf } from './host.ts';
import { openEntity } from './service-bus-entity.ts';
import { isBatch, serviceBusInput } from './service-bus-input.ts';
import { renewing } from './service-bus-locks.ts';
import { batchLoop, type Handle, messageLoop, type Received, sessionLoop } from './service-bus-loops.ts';

/** Options of `startServiceBusSource`: those of `extensions.serviceBus` of host.json, with its defaults where nothing else is said. */
export interface ServiceBusSourceOptions {
  readonly functions: FunctionsHost;
  /** The function, whose trigger names the queue or the subscription, and says whether it has sessions and gets batches. */
  readonly name: string;
  /** A connection string. Default: the app setting that the trigger names. */
  readonly connection?: string;
  /**
   * How many invocations there are at once: `maxConcurrentCalls`, default 16; with sessions `maxConcurrentSessions`, default 8. Of
   * batches a host has one at a time, and as many as here there are with so many hosts. Default 1.
   */
  readonly concurrency?: number;
  /** `maxMessageBatchSize`. Default 1,000. */
  readonly maxMessageCount?: number;
  /** How long to wait for another message of a session before it is left. The host: a minute. Default 100. */
  readonly sessionIdleTimeoutMs?: number;
  /** How long the lock of a message or a session is renewed while its function runs; never for batches. Default 300,000. */
  readonly maxAutoLockRenewalMs?: number;
  /** Takes a line for each invocation that failed and each call that Service Bus refused. */
  readonly log?: (line: string) => void;
}

/** Counts since the start. */
export interface ServiceBusStats {
  /** Messages received, again each time they come again. */
  readonly received: number;
  readonly completed: number;
  readonly abandoned: number;
  /** Invocations that failed. */
  readonly failed: number;
  /** Sessions accepted. */
  readonly sessions: number;
}

/** Something that hands the messages of a queue or a subscription to a function. */
export interface ServiceBusSource {
  readonly stats: ServiceBusStats;
  /** Ends receiving; resolves when what was received has been handled. */
  stop(): Promise<void>;
}

/**
 * Does what the Service Bus trigger does: receives under a lock, invokes, completes all of the invocation when it succeeded, and
 * abandons all when it failed: they come again at once. In the steps of ServiceBusListener.cs of
 * https://github.com/Azure/azure-sdk-for-net/tree/main/sdk/servicebus/Microsoft.Azure.WebJobs.Extensions.ServiceBus
 */
export function startServiceBusSource(options: ServiceBusSourceOptions): ServiceBusSource {
  const { functions, name, maxMessageCount = 1_000, sessionIdleTimeoutMs = 100, log } = options;
  const one = functionOf(functions, name, 'serviceBusTrigger');
  const { trigger } = one;
  const inBatches = isBatch(trigger);
  const hasSessions = trigger['isSessionsEnabled'] === true;
  const { concurrency = inBatches ? 1 : hasSessions ? 8 : 16 } = options;
  const stats = { received: 0, completed: 0, abandoned: 0, failed: 0, sessions: 0 };
  const stopping = new AbortController();
  // The host receives a batch with a receiver of its own, which renews nothing.
  const renewMs = inBatches ? 0 : (options.maxAutoLockRenewalMs ?? 300_000);
  const entity = openEntity(functions, one, {
    connection: options.connection ?? connectionOf(functions, one),
    renewMs,
  });

  async function succeeds({ messages }: Received): Promise<boolean> {
    try {
      await functions.invoke(name, serviceBusInput(messages, trigger));
      return true;
    } catch (error) {
      stats.failed += 1;
      log?.(`${messages.length} messages for ${name} failed: ${messageOf(error)}`);
      return false;
    }
  }

  const handle: Handle = async (received) => {
    stats.received += received.messages.length;
    const isDone = await (hasSessions ? succeeds(received) : renewing(received, renewMs, succeeds));
    if (isDone && trigger['autoCompleteMessages'] === false) return;
    await inTurn(() => settle(received, isDone));
  };

  // Of two outcomes that go out in one turn of the event loop, rhea tells Service Bus the first for both, and a message that was abandoned
  // would be gone. The host of Functions speaks AMQP by another library.
  let settling = Promise.resolve();
  function inTurn(work: () => Promise<void>): Promise<void> {
    settling = settling.then(work);
    return settling;
  }

  async function settle({ receiver, messages }: Received, isDone: boolean): Promise<void> {
    const settled = messages.map(async (message) => {
      try {
        await (isDone ? receiver.completeMessage(message) : receiver.abandonMessage(message));
        if (isDone) stats.completed += 1;
        else stats.abandoned += 1;
      } catch (error) {
        log?.(`A message for ${name} was not settled: ${messageOf(error)}`);
      }
    });
    await Promise.all(settled);
  }

  const shared = {
    entity,
    handle,
    signal: stopping.signal,
    most: inBatches ? maxMessageCount : 1,
    idleMs: sessionIdleTimeoutMs,
    refused: (error: unknown) => log?.(`Service Bus refused a call of ${name}: ${messageOf(error)}`),
    accepted() {
      stats.sessions += 1;
    },
  };
  const loops =
    hasSessions || inBatches
      ? Array.from({ length: concurrency }, () => (hasSessions ? sessionLoop(shared) : batchLoop(shared)))
      : [messageLoop({ ...shared, concurrency })];

  return {
    get stats() {
      return { ...stats };
    },
    async stop() {
      stopping.abort();
      await Promise.all(loops);
      await entity.close();
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
