import type { SendMessageBatchCommandOutput } from '@aws-sdk/client-sqs';
import type { CloudEvent, EventPublisher } from '@xorca/core';
import {
  assertPublishOptions,
  batchPublisher,
  bytesOf,
  messageText,
  tooLarge,
  withClaims,
} from '@xorca/core/publishers';
import { CONNECTION_OPTIONS } from './aws-client.ts';
import { EVENT_FAULTS } from './publish/event-fault.ts';
import { fifoIds } from './publish/fifo-ids.ts';
import type { PublishOptions } from './publish/publish-options.ts';
import { refusedOf } from './publish/queue-entry.ts';
import { sqsQueue } from './sqs-queue.ts';

/** Options of `sqsPublisher`. */
export interface SqsPublisherOptions extends PublishOptions {
  /** `https://sqs.<region>.amazonaws.com/<account>/<name>`. */
  readonly queueUrl: string;
}

// 1 MiB for a message, and for a batch: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
const MAX_BYTES = 1_048_576;
const MAX_ENTRIES = 10;

/**
 * Sends events to one queue of SQS, as the JSON of a structured CloudEvent. In a FIFO queue (`….fifo`) the events of a subject stay in
 * order, and one that is sent again within five minutes is swallowed.
 * Errors: `PublishError`, naming exactly the events that were not sent; `XORCA_CONFIG` (options).
 *
 * @example
 * const publisher = sqsPublisher({ queueUrl: process.env.QUEUE_URL })
 */
export function sqsPublisher(options: SqsPublisherOptions): EventPublisher {
  assertPublishOptions(options, [...CONNECTION_OPTIONS, 'queueUrl'], 'sqsPublisher', MAX_BYTES);
  const { maxEventBytes = MAX_BYTES } = options;
  const queue = sqsQueue(options, 'sqsPublisher');
  const QueueUrl = queue.url;

  function entryOf(event: CloudEvent) {
    const MessageBody = messageText(event);
    const bytes = bytesOf(MessageBody);
    if (bytes > maxEventBytes) return { fault: tooLarge(event, bytes, maxEventBytes, queue.resource) };
    return { entry: { MessageBody, ...(queue.isFifo ? fifoIds(event) : {}) }, bytes };
  }

  const publisher = batchPublisher(
    {
      maxEntries: MAX_ENTRIES,
      maxBatchBytes: MAX_BYTES,
      maxEventBytes,
      ...EVENT_FAULTS,
      isFifo: queue.isFifo,
      entryOf,
      async send(entries) {
        const Entries = entries.map((entry, place) => ({ Id: String(place), ...entry }));
        const { Failed } = await queue.send<SendMessageBatchCommandOutput>(
          (sdk) => new sdk.SendMessageBatchCommand({ QueueUrl, Entries }),
        );
        return refusedOf(Failed);
      },
      failed: (cause) => queue.failed(cause),
    },
    options,
  );
  return withClaims(publisher, options);
}
