import type { CloudEvent, EventPublisher } from '@xorca/core';
import {
  assertPublishOptions,
  batchPublisher,
  bytesOf,
  type PublishOptions,
  tooLarge,
  withClaims,
} from '@xorca/core/publishers';
import { isRefused, MALFORMED, sendOneByOne } from './event-grid-singles.ts';
import { EVENT_GRID_OPTIONS, type EventGridPlace, eventGridTopic } from './event-grid-topic.ts';

/** Options of `eventGridPublisher`. */
export interface EventGridPublisherOptions extends EventGridPlace, PublishOptions {}

// "1 MB" for an event, and for all of a call: https://learn.microsoft.com/azure/event-grid/cloud-event-schema. Counted in thousands,
// since it is not said.
const MAX_BYTES = 1_000_000;
// The brackets around them.
const FRAME_BYTES = 2;
// And the comma.
const BETWEEN_BYTES = 1;
const MAX_EVENT_BYTES = MAX_BYTES - FRAME_BYTES - BETWEEN_BYTES;
// A topic takes 5,000 events a second: https://learn.microsoft.com/azure/event-grid/quotas-limits. A call with more would be throttled for ever.
const MAX_ENTRIES = 1_000;

/**
 * Sends events to one topic of Event Grid with the input schema CloudEvents 1.0, each exactly as it is. Event Grid keeps no order.
 * Errors: `PublishError`, naming exactly the events that were not sent; `XORCA_CONFIG` (options).
 *
 * @example
 * const publisher = eventGridPublisher({ endpoint: process.env.TOPIC_ENDPOINT })
 */
export function eventGridPublisher(options: EventGridPublisherOptions): EventPublisher {
  const where = 'eventGridPublisher';
  assertPublishOptions(options, EVENT_GRID_OPTIONS, where, MAX_EVENT_BYTES);
  const { maxEventBytes = MAX_EVENT_BYTES } = options;
  const topic = eventGridTopic(options, where);

  function entryOf(event: CloudEvent) {
    const bytes = bytesOf(JSON.stringify(event));
    return bytes > maxEventBytes
      ? { fault: tooLarge(event, bytes, maxEventBytes, topic.resource) }
      : { entry: event, bytes: bytes + BETWEEN_BYTES };
  }

  const publisher = batchPublisher<CloudEvent>(
    {
      maxEntries: MAX_ENTRIES,
      maxBatchBytes: MAX_BYTES - FRAME_BYTES,
      maxEventBytes,
      entryOf,
      async send(events) {
        // All or none: https://learn.microsoft.com/azure/event-grid/cloud-event-schema
        try {
          await topic.send(events);
          return [];
        } catch (cause) {
          if (events.length === 1 || !isRefused(cause)) throw cause;
          return sendOneByOne(topic, events);
        }
      },
      failed: (cause) => topic.failed(cause),
      isEventFault: (code) => code === MALFORMED,
      isBatchFault: isRefused,
    },
    options,
  );
  return withClaims(publisher, options);
}
