import { setTimeout as delay } from 'node:timers/promises';
import { type DequeuedMessageItem, QueueServiceClient } from '@azure/storage-queue';
import { connectionOf, type FunctionsHost, functionOf, textOf } from './host.ts';
import { storageQueueInput } from './storage-queue-input.ts';

/** Options of `startStorageQueueSource`: those of `extensions.queues` of host.json, with its defaults. */
export interface StorageQueueSourceOptions {
  readonly functions: FunctionsHost;
  /** The function, whose trigger names the queue. */
  readonly name: string;
  /** A connection string. Default: the app setting that the trigger names. */
  readonly connection?: string;
  /** The most messages of one request, 1 to 32: each is an invocation of its own. Default 16. */
  readonly batchSize?: number;
  /** The next request is sent when so many invocations are left. Default: half of `batchSize`. */
  readonly newBatchThreshold?: number;
  /** How often a message is tried. Default 5. */
  readonly maxDequeueCount?: number;
  /** How long a message that failed stays away, in whole seconds. Default 0. */
  readonly visibilityTimeout?: number;
  readonly messageEncoding?: 'base64' | 'none';
  /** How long to wait after an empty queue. The host waits up to a minute. Default 50. */
  readonly pollMs?: number;
  /** Takes a line for each invocation that failed and each request that was refused. */
  readonly log?: (line: string) => void;
}

/** Counts since the start. */
export interface StorageQueueStats {
  /** Messages received, again each time they come again. */
  readonly received: number;
  readonly deleted: number;
  readonly failed: number;
  /** Messages moved to the poison queue. */
  readonly poisoned: number;
}

/** Something that hands the messages of a queue to a function. */
export interface StorageQueueSource {
  readonly stats: StorageQueueStats;
  /** Ends polling; resolves when what was received has been handled. */
  stop(): Promise<void>;
}

/** The host takes a message for so long, and for longer again while its function runs, which no test does. */
const VISIBILITY_SECONDS = 600;
const POISON = '-poison';

/**
 * Does what the Storage Queue trigger does: receives, invokes, deletes what succeeded, gives back what failed, and moves what
 * failed too often to `<queue>-poison`. In the steps of QueueListener.cs and QueueProcessor.cs of
 * https://github.com/Azure/azure-sdk-for-net/tree/main/sdk/storage/Microsoft.Azure.WebJobs.Extensions.Storage.Common
 */
export function startStorageQueueSource(options: StorageQueueSourceOptions): StorageQueueSource {
  const {
    functions,
    name,
    batchSize = 16,
    maxDequeueCount = 5,
    visibilityTimeout = 0,
    pollMs = 50,
  } = options;
  const { newBatchThreshold = Math.floor(batchSize / 2), messageEncoding = 'base64', log } = options;
  const one = functionOf(functions, name, 'queueTrigger');
  const service = QueueServiceClient.fromConnectionString(options.connection ?? connectionOf(functions, one));
  const queueName = textOf(functions, one, 'queueName');
  const queue = service.getQueueClient(queueName);
  const poison = queueName.endsWith(POISON) ? undefined : service.getQueueClient(queueName + POISON);
  const stats = { received: 0, deleted: 0, failed: 0, poisoned: 0 };
  const running = new Set<Promise<void>>();
  const stopping = new AbortController();

  async function invoked(message: DequeuedMessageItem): Promise<boolean> {
    try {
      await functions.invoke(name, storageQueueInput(message));
      return true;
    } catch (error) {
      stats.failed += 1;
      log?.(`A message for ${name} failed: ${messageOf(error)}`);
      return false;
    }
  }

  async function handle(raw: DequeuedMessageItem): Promise<void> {
    const messageText = messageEncoding === 'none' ? raw.messageText : decoded(raw.messageText);
    // One that cannot be decoded, or came back after its last failure, is not given to the function.
    if (messageText === undefined || (poison && raw.dequeueCount > maxDequeueCount)) return putAside(raw);
    if (await invoked({ ...raw, messageText })) {
      await remove(raw);
      stats.deleted += 1;
    } else if (poison && raw.dequeueCount >= maxDequeueCount) await putAside(raw);
    // Without a poison queue a message stays away, or it would go round and round.
    else if (poison) await release(raw);
  }

  async function putAside(message: DequeuedMessageItem): Promise<void> {
    if (!poison) return;
    await poison.createIfNotExists();
    await poison.sendMessage(message.messageText);
    await remove(message);
    stats.poisoned += 1;
    log?.(`A message for ${name} was moved to ${queueName}${POISON}.`);
  }

  async function release({ messageId, popReceipt }: DequeuedMessageItem): Promise<void> {
    await queue.updateMessage(messageId, popReceipt, undefined, visibilityTimeout).catch(unlessTaken);
  }

  async function remove({ messageId, popReceipt }: DequeuedMessageItem): Promise<void> {
    await queue.deleteMessage(messageId, popReceipt).catch(unlessTaken);
  }

  async function receive(): Promise<readonly DequeuedMessageItem[]> {
    const { receivedMessageItems } = await queue.receiveMessages({
      numberOfMessages: batchSize,
      visibilityTimeout: VISIBILITY_SECONDS,
    });
    stats.received += receivedMessageItems.length;
    return receivedMessageItems;
  }

  async function poll(): Promise<void> {
    while (!stopping.signal.aborted) {
      const messages = await receive().catch((error: unknown) => {
        log?.(`The queue of ${name} refused a request: ${messageOf(error)}`);
        return [];
      });
      for (const message of messages) {
        const job = handle(message)
          .catch((error: unknown) => log?.(`A message for ${name} was not settled: ${messageOf(error)}`))
          .finally(() => running.delete(job));
        running.add(job);
      }
      if (messages.length === 0) await delay(pollMs, undefined, { signal: stopping.signal }).catch(() => {});
      while (running.size > newBatchThreshold) await Promise.race(running);
    }
    await Promise.all(running);
  }

  const polling = poll();
  return {
    get stats() {
      return { ...stats };
    },
    async stop() {
      stopping.abort();
      await polling;
    },
  };
}

/** The text of base64, undefined for what is none. */
function decoded(base64: string): string | undefined {
  const bytes = Buffer.from(base64, 'base64');
  return bytes.toString('base64') === base64 ? bytes.toString() : undefined;
}

/** Somebody else has the message, or it is gone: QueueProcessor.cs leaves it to them. */
function unlessTaken(error: unknown): void {
  const { statusCode } = error as { readonly statusCode?: number };
  if (statusCode !== 400 && statusCode !== 404) throw error;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
