import type { CloudEvent, EventPublisher } from '@xorca/core';
import {
  assertPublishOptions,
  batchPublisher,
  bytesOf,
  messageText,
  type PublishOptions,
  type Refused,
  tooLarge,
  withClaims,
} from '@xorca/core/publishers';
import { CONNECTION_OPTIONS } from './azure-client.ts';
import { azureErrorName } from './azure-errors.ts';
import {
  MAX_TEXT_BYTES,
  STORAGE_QUEUE_OPTIONS,
  type StorageQueuePlace,
  storageQueue,
} from './storage-queue.ts';

/** Options of `storageQueuePublisher`. */
export interface StorageQueuePublisherOptions extends StorageQueuePlace, PublishOptions {}

// Storage takes one message a call. So many calls at once, for events of other subjects: a call takes some ms, and a queue 2,000 messages a
// second from all who send: https://learn.microsoft.com/azure/storage/queues/scalability-targets
const AT_ONCE = 16;
// What Storage says of a message that it will never take.
const EVENT_FAULT = /^(RequestBodyTooLarge|MessageTooLarge|InvalidXmlDocument|InvalidXmlNodeValue)$/;

/**
 * Sends events to one queue of Storage, as the JSON of a structured CloudEvent, in base64 unless told otherwise. Messages never expire.
 * The queue promises no order; the events of a subject are sent one after the other all the same.
 * Errors: `PublishError`, naming exactly the events that were not sent; `XORCA_CONFIG` (options).
 *
 * @example
 * const publisher = storageQueuePublisher({ connection: process.env.STORAGE, queue: 'orders' })
 */
export function storageQueuePublisher(options: StorageQueuePublisherOptions): EventPublisher {
  const where = 'storageQueuePublisher';
  assertPublishOptions(options, [...CONNECTION_OPTIONS, ...STORAGE_QUEUE_OPTIONS], where, MAX_TEXT_BYTES);
  const { maxEventBytes = MAX_TEXT_BYTES } = options;
  const queue = storageQueue(options, where);

  function entryOf(event: CloudEvent) {
    const entry = messageText(event);
    const bytes = bytesOf(entry);
    if (bytes > maxEventBytes) return { fault: tooLarge(event, bytes, maxEventBytes, queue.resource) };
    const fault = queue.faultOf(entry);
    return fault === undefined ? { entry, bytes } : { fault };
  }

  const publisher = batchPublisher<string>(
    {
      maxEntries: AT_ONCE,
      maxBatchBytes: Number.POSITIVE_INFINITY,
      maxEventBytes,
      // Calls at once are no batch: one may fail and the next be taken.
      isFifo: true,
      entryOf,
      send: (entries) => refusedOf(entries.map((entry) => queue.send(entry))),
      failed: (cause) => queue.failed(cause),
      isEventFault: (code) => EVENT_FAULT.test(code),
      isBatchFault: (cause) => EVENT_FAULT.test(azureErrorName(cause)),
    },
    options,
  );
  return withClaims(publisher, options);
}

/** Which calls failed. Throws when all of them did: then it is hardly for what the events are, and no further call would fare better. */
async function refusedOf(calls: readonly Promise<void>[]): Promise<Refused[]> {
  const results = await Promise.allSettled(calls);
  const refused: Refused[] = [];
  const causes: unknown[] = [];
  for (const [at, result] of results.entries()) {
    if (result.status === 'fulfilled') continue;
    const cause: unknown = result.reason;
    causes.push(cause);
    refused.push({ at, code: azureErrorName(cause) || 'unknown', message: lineOf(cause) });
  }
  if (causes.length === 0 || causes.length < results.length) return refused;
  // One that is away tells more than one that refuses an event.
  throw causes.find((cause) => !EVENT_FAULT.test(azureErrorName(cause))) ?? causes[0];
}

// The id and the time of the request are on lines of their own.
function lineOf(cause: unknown): string {
  const { message } = (cause ?? {}) as { message?: unknown };
  const [line = ''] = String(message ?? 'refused').split(/\r?\n/);
  return line.replace(/\.$/, '');
}
