import { setTimeout as delay } from 'node:timers/promises';
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Lambda } from './lambda.ts';
import { failedIds, sqsEvent } from './sqs-batch.ts';

/** How long a poller waits after SQS refused a request; nothing in a test depends on it. */
const RETRY_MS = 100;

/** Options of `startEventSource`. */
export interface EventSourceOptions {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly lambda: Lambda;
  /** The most messages of one invocation: 1 to 10, as one ReceiveMessage gives. Default 10. */
  readonly batchSize?: number;
  /** How long a poll waits for messages; `stop` waits as long at most. Default 1. */
  readonly waitSeconds?: number;
  /** How many batches are worked on at once. Default 2. */
  readonly concurrency?: number;
  /** As the setting of the event source mapping: the response may name messages that failed. Default true. */
  readonly reportBatchItemFailures?: boolean;
  /** Takes a line for each batch that failed and each request that SQS refused. */
  readonly log?: (line: string) => void;
}

/** Counts since the start. */
export interface EventSourceStats {
  /** Messages received, again each time they come again. */
  readonly received: number;
  /** Messages deleted. */
  readonly deleted: number;
  /** Batches of which nothing was deleted because the invocation or its response failed. */
  readonly failedBatches: number;
  /** Messages that a response named as failed. */
  readonly itemFailures: number;
}

/** Pollers that hand the messages of a queue to a function. */
export interface EventSource {
  readonly stats: EventSourceStats;
  /** Ends polling; resolves when what was received has been handled. */
  stop(): Promise<void>;
}

/**
 * Does what the event source mapping of Lambda does for an SQS queue: receives, invokes, and deletes what succeeded. All
 * else comes again by itself after the queue's visibility timeout. On a FIFO queue it deletes what a response does not
 * name even behind a failure of the same group, as Lambda does: to name those too is up to the handler.
 */
export function startEventSource(options: EventSourceOptions): EventSource {
  const { sqs, queueUrl: QueueUrl, queueArn, lambda, log, batchSize = 10, waitSeconds = 1 } = options;
  const { concurrency = 2, reportBatchItemFailures = true } = options;
  if (!(Number.isInteger(batchSize) && batchSize >= 1 && batchSize <= 10)) {
    throw new RangeError(`batchSize of startEventSource must be 1 to 10; it is ${batchSize}.`);
  }
  const stats = { received: 0, deleted: 0, failedBatches: 0, itemFailures: 0 };
  const stopping = new AbortController();

  async function receive(): Promise<readonly Message[]> {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: batchSize,
        WaitTimeSeconds: waitSeconds,
        // Its new name, MessageSystemAttributeNames, is not known to emulators.
        AttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }),
    );
    stats.received += Messages.length;
    return Messages;
  }

  /** What of the batch may be deleted. */
  async function invoke(batch: readonly Message[]): Promise<readonly Message[]> {
    try {
      const response = await lambda.invoke(sqsEvent(batch, { queueArn }));
      if (!reportBatchItemFailures) return batch;
      const failed = failedIds(
        response,
        batch.map(({ MessageId = '' }) => MessageId),
      );
      if (!failed) throw new Error('its response names a message that is not in the batch, or is malformed');
      stats.itemFailures += failed.size;
      return batch.filter(({ MessageId = '' }) => !failed.has(MessageId));
    } catch (error) {
      stats.failedBatches += 1;
      log?.(`A batch of ${batch.length} failed: ${messageOf(error)}`);
      return [];
    }
  }

  async function remove(messages: readonly Message[]): Promise<void> {
    if (messages.length === 0) return;
    const Entries = messages.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle }));
    const { Successful = [], Failed = [] } = await sqs.send(
      new DeleteMessageBatchCommand({ QueueUrl, Entries }),
    );
    stats.deleted += Successful.length;
    for (const { Code, Message: message } of Failed) log?.(`A message was not deleted: ${Code} ${message}`);
  }

  async function poll(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const batch = await receive();
        if (batch.length > 0) await remove(await invoke(batch));
      } catch (error) {
        log?.(`SQS refused a request: ${messageOf(error)}`);
        await delay(RETRY_MS, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
  }

  const pollers = Array.from({ length: concurrency }, poll);
  return {
    get stats() {
      return { ...stats };
    },
    async stop() {
      stopping.abort();
      await Promise.all(pollers);
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
