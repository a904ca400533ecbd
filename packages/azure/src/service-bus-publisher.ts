import type { ServiceBusMessage } from '@azure/service-bus';
import { type CloudEvent, type EventPublisher, XorcaError } from '@xorca/core';
import {
  assertPublishOptions,
  batchPublisher,
  type PublishOptions,
  tooLarge,
  withClaims,
} from '@xorca/core/publishers';
import { type AzureConnection, CONNECTION_OPTIONS } from './azure-client.ts';
import { azureErrorName } from './azure-errors.ts';
import { busMessage, MAX_PROPERTY, MOST_PROPERTY_BYTES } from './publish/bus-message.ts';
import {
  isMessageFault,
  isNotAllowed,
  isPartitioned,
  REFUSED_TOGETHER,
  refusedTogether,
} from './service-bus-errors.ts';
import { type ServiceBusConnectionClient, serviceBusSender } from './service-bus-sender.ts';

/** Options of `serviceBusPublisher`. Its `endpoint` is `<namespace>.servicebus.windows.net`. */
export interface ServiceBusPublisherOptions
  extends AzureConnection<ServiceBusConnectionClient>,
    PublishOptions {
  /** The name of a queue. Exactly one of `queue` and `topic`. */
  readonly queue?: string;
  /** The name of a topic. */
  readonly topic?: string;
  /** Default 258,048, which every tier takes. A namespace of the tier Premium takes more: 1 MB, and up to 100 MB where its queue says so. */
  readonly maxEventBytes?: number;
}

/** A publisher whose connection can be ended, so that it keeps no program alive. */
export interface ServiceBusPublisher extends EventPublisher {
  /** Ends the connection, if it was made here. What is published later opens another. */
  close(): Promise<void>;
}

// 256 KB for a message with its properties in the tiers Basic and Standard, and for a batch; 100 MB in Premium, where a batch takes 1 MB:
// https://learn.microsoft.com/azure/service-bus-messaging/service-bus-quotas
const STANDARD_BYTES = 262_144;
const PREMIUM_BYTES = 104_857_600;
const MOST_BATCH_BYTES = 1_048_576;
// Our own properties take 1,152; how many the service adds to a message "varies depending on your scenario".
const RESERVED_BYTES = 4_096;
// What one transaction takes; a batch is one.
const MAX_ENTRIES = 100;

/**
 * Sends events to one queue or topic of Service Bus, as the JSON of a structured CloudEvent, with type and source as application
 * properties for filters. Each subject is a session, in which its events stay in order. One connection, opened by the first event.
 * Errors: `PublishError`, naming exactly the events that were not sent; `XORCA_CONFIG` (options).
 *
 * @example
 * const publisher = serviceBusPublisher({ endpoint: 'orders.servicebus.windows.net', topic: 'events' })
 */
export function serviceBusPublisher(options: ServiceBusPublisherOptions): ServiceBusPublisher {
  const where = 'serviceBusPublisher';
  assertPublishOptions(
    options,
    [...CONNECTION_OPTIONS, 'queue', 'topic'],
    where,
    PREMIUM_BYTES - RESERVED_BYTES,
  );
  const { queue, topic, maxEventBytes = STANDARD_BYTES - RESERVED_BYTES } = options;
  if ((queue === undefined) === (topic === undefined)) {
    throw new XorcaError('XORCA_CONFIG', `${where} needs exactly one of queue and topic.`);
  }
  const bus = serviceBusSender(
    options,
    queue === undefined ? { kind: 'topic', name: topic } : { kind: 'queue', name: queue },
    where,
  );
  let batchBytes = STANDARD_BYTES;
  let maxEntries = MAX_ENTRIES;

  function entryOf(event: CloudEvent) {
    const { message, bodyBytes, bytes } = busMessage(event);
    // The filters of a topic would let it pass by everybody, and nobody would hear of it.
    if (topic !== undefined && message.subject === undefined) {
      return { fault: `its type is longer than ${MAX_PROPERTY} bytes, or no text that filters could match` };
    }
    return bodyBytes > maxEventBytes
      ? { fault: tooLarge(event, bodyBytes, maxEventBytes, bus.resource) }
      : { entry: message, bytes };
  }

  /** Sends messages in one transfer, which is taken or refused whole. */
  async function send(messages: readonly ServiceBusMessage[]): Promise<void> {
    const sender = await bus.sender();
    const [first, ...others] = messages;
    // Alone a message goes without the envelope of a batch, and may be as large as the link says.
    if (others.length === 0) return sender.sendMessages(first as ServiceBusMessage);
    const batch = await sender.createMessageBatch();
    batchBytes = Math.min(batch.maxSizeInBytes, MOST_BATCH_BYTES);
    if (!messages.every((message) => batch.tryAddMessage(message))) {
      throw refusedTogether(
        new Error(`A batch of ${messages.length} messages is over ${batch.maxSizeInBytes} bytes.`),
      );
    }
    try {
      await sender.sendMessages(batch);
    } catch (cause) {
      if (!isNotAllowed(cause) && !isMessageFault(cause)) throw cause;
      // A partitioned queue or topic takes no batches of several sessions, now or later.
      if (isPartitioned(cause)) maxEntries = 1;
      throw refusedTogether(cause);
    }
  }

  const publisher = batchPublisher<ServiceBusMessage>(
    {
      get maxEntries() {
        return maxEntries;
      },
      // The envelope has the properties of the first message once more.
      get maxBatchBytes() {
        return batchBytes - MOST_PROPERTY_BYTES;
      },
      maxEventBytes,
      entryOf,
      async send(messages) {
        await send(messages);
        return [];
      },
      failed: (cause) => bus.failed(cause),
      isEventFault: () => false,
      isBatchFault: (cause) => isMessageFault(cause) || azureErrorName(cause) === REFUSED_TOGETHER,
    },
    options,
  );
  return { ...withClaims(publisher, options), close: () => bus.close() };
}
