import type { PutEventsCommandOutput, PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { type CloudEvent, type EventPublisher, XorcaError } from '@xorca/core';
import {
  assertPublishOptions,
  batchPublisher,
  bytesOf,
  messageText,
  tooLarge,
  withClaims,
} from '@xorca/core/publishers';
import { awsService, CONNECTION_OPTIONS, homeOf } from './aws-client.ts';
import { busCheck } from './publish/event-bus.ts';
import { EVENT_FAULTS } from './publish/event-fault.ts';
import type { PublishOptions } from './publish/publish-options.ts';

/** Options of `eventBridgePublisher`. */
export interface EventBridgePublisherOptions extends PublishOptions {
  /** Name or ARN of an event bus. Default: the account's own, `'default'`. */
  readonly bus?: string;
}

type EventBridgeSdk = typeof import('./sdk/eventbridge-sdk.ts');

// 1 MB for a call with all its entries; an entry counts its detail, source and detail-type, and 14 bytes for a time.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
const MAX_BYTES = 1_000_000;
const MAX_ENTRIES = 10;
const TIME_BYTES = 14;
const MAX_DETAIL_TYPE = 128;
const MAX_SOURCE = 256;
// Three bytes of UTF-8 are the most that a character of these two takes.
const MAX_EVENT_BYTES = MAX_BYTES - TIME_BYTES - 3 * (MAX_DETAIL_TYPE + MAX_SOURCE);

/**
 * Sends events to a bus of EventBridge: the whole CloudEvent as `detail`, its type as `detail-type` and its source as `source`, so rules
 * match by them. EventBridge keeps no order.
 * Errors: `PublishError`, naming exactly the events that were not sent (a type over 128 or a source over 256 characters, and a source that
 * begins with `aws.`, are never taken); `XORCA_CONFIG` (options).
 *
 * @example
 * const publisher = eventBridgePublisher({ bus: 'orders' })
 */
export function eventBridgePublisher(options: EventBridgePublisherOptions = {}): EventPublisher {
  assertPublishOptions(options, [...CONNECTION_OPTIONS, 'bus'], 'eventBridgePublisher', MAX_EVENT_BYTES);
  const { bus = 'default', maxEventBytes = MAX_EVENT_BYTES } = options;
  if (typeof bus !== 'string' || !/^([\w./-]{1,256}|arn:aws[\w-]*:events:\S+)$/.test(bus)) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `bus of eventBridgePublisher must be the name or the ARN of an event bus, not ${JSON.stringify(bus)}.`,
    );
  }
  const service = awsService<EventBridgeSdk>(options, {
    where: 'eventBridgePublisher',
    home: homeOf(bus),
    sdk: '@aws-sdk/client-eventbridge',
    load: () => import('./sdk/eventbridge-sdk.ts'),
    make: (sdk, config) => new sdk.EventBridgeClient(config),
  });
  const resource = `event bus ${JSON.stringify(bus)}`;
  // The account's own is always there.
  const isThere = bus === 'default' ? async () => {} : busCheck(service, bus);

  function entryOf(event: CloudEvent) {
    const { type, source, time } = event;
    const Detail = messageText(event);
    const bytes = bytesOf(Detail);
    if (bytes > maxEventBytes) return { fault: tooLarge(event, bytes, maxEventBytes, resource) };
    if (type.length > MAX_DETAIL_TYPE)
      return { fault: `its type has ${type.length} characters, EventBridge takes 128` };
    if (source.length > MAX_SOURCE)
      return { fault: `its source has ${source.length} characters, EventBridge takes 256` };
    if (source.startsWith('aws.'))
      return { fault: 'its source begins with "aws.", which EventBridge keeps for AWS' };
    const at = time === undefined ? undefined : new Date(time);
    const entry: PutEventsRequestEntry = {
      EventBusName: bus,
      Source: source,
      DetailType: type,
      Detail,
      ...(at && !Number.isNaN(at.getTime()) ? { Time: at } : {}),
    };
    return { entry, bytes: bytes + bytesOf(type) + bytesOf(source) + TIME_BYTES };
  }

  const publisher = batchPublisher<PutEventsRequestEntry>(
    {
      maxEntries: MAX_ENTRIES,
      maxBatchBytes: MAX_BYTES,
      maxEventBytes,
      ...EVENT_FAULTS,
      entryOf,
      async send(entries) {
        await isThere();
        const { Entries: answers = [] } = await service.send<PutEventsCommandOutput>(
          (sdk) => new sdk.PutEventsCommand({ Entries: [...entries] }),
        );
        return answers.flatMap(({ ErrorCode, ErrorMessage }, at) =>
          ErrorCode === undefined ? [] : [{ at, code: ErrorCode, message: ErrorMessage }],
        );
      },
      failed: (cause) =>
        service.failed(cause, {
          action: 'events:PutEvents',
          resource,
          missing: 'Make it, or correct its name.',
        }),
    },
    options,
  );
  return withClaims(publisher, options);
}
