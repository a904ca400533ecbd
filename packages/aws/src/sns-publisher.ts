import type { PublishBatchCommandOutput } from '@aws-sdk/client-sns';
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
import { EVENT_FAULTS } from './publish/event-fault.ts';
import { fifoIds } from './publish/fifo-ids.ts';
import type { PublishOptions } from './publish/publish-options.ts';
import { refusedOf } from './publish/queue-entry.ts';

/** Options of `snsPublisher`. */
export interface SnsPublisherOptions extends PublishOptions {
  /** `arn:aws:sns:<region>:<account>:<name>`. */
  readonly topicArn: string;
}

type SnsSdk = typeof import('./sdk/sns-sdk.ts');

// 256 KiB for a message with its attributes, and for a batch: https://docs.aws.amazon.com/general/latest/gr/sns.html
const MAX_BYTES = 262_144;
const MAX_ENTRIES = 10;
// A type or source longer than this is not worth a filter, and the room for it would be lost to all events.
const MAX_ATTRIBUTE = 256;
const CHARACTERS = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;
const ATTRIBUTES = ['type', 'source'] as const;
// Names, data types and values count: https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html
const MAX_EVENT_BYTES =
  MAX_BYTES - ATTRIBUTES.reduce((sum, name) => sum + bytesOf(`${name}String`) + MAX_ATTRIBUTE, 0);

/**
 * Sends events to one topic of SNS, as the JSON of a structured CloudEvent, with its type and source as the attributes `type` and
 * `source` for filter policies. In a FIFO topic (`….fifo`) the events of a subject stay in order, and one that is sent again within five minutes is swallowed.
 * Errors: `PublishError`, naming exactly the events that were not sent; `XORCA_CONFIG` (options).
 *
 * @example
 * const publisher = snsPublisher({ topicArn: process.env.TOPIC_ARN })
 */
export function snsPublisher(options: SnsPublisherOptions): EventPublisher {
  assertPublishOptions(options, [...CONNECTION_OPTIONS, 'topicArn'], 'snsPublisher', MAX_EVENT_BYTES);
  const { topicArn: TopicArn, maxEventBytes = MAX_EVENT_BYTES } = options;
  if (
    typeof TopicArn !== 'string' ||
    !/^arn:aws[\w-]*:sns:[\w-]+:\d+:[\w-]{1,256}(\.fifo)?$/.test(TopicArn)
  ) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `snsPublisher needs topicArn: "arn:aws:sns:<region>:<account>:<name>", not ${JSON.stringify(TopicArn)}.`,
    );
  }
  const service = awsService<SnsSdk>(options, {
    where: 'snsPublisher',
    home: homeOf(TopicArn),
    sdk: '@aws-sdk/client-sns',
    load: () => import('./sdk/sns-sdk.ts'),
    make: (sdk, config) => new sdk.SNSClient(config),
  });
  const isFifo = TopicArn.endsWith('.fifo');
  const resource = `topic ${JSON.stringify(TopicArn.split(':').at(-1))}`;

  function entryOf(event: CloudEvent) {
    const Message = messageText(event);
    const bytes = bytesOf(Message);
    if (bytes > maxEventBytes) return { fault: tooLarge(event, bytes, maxEventBytes, resource) };
    const MessageAttributes = attributesOf(event);
    const entry = { Message, MessageAttributes, ...(isFifo ? fifoIds(event) : {}) };
    const attributes = Object.entries(MessageAttributes).map(([name, { StringValue }]) =>
      bytesOf(`${name}String${StringValue}`),
    );
    return { entry, bytes: attributes.reduce((sum, one) => sum + one, bytes) };
  }

  const publisher = batchPublisher(
    {
      maxEntries: MAX_ENTRIES,
      maxBatchBytes: MAX_BYTES,
      maxEventBytes,
      ...EVENT_FAULTS,
      isFifo,
      entryOf,
      async send(entries) {
        const PublishBatchRequestEntries = entries.map((entry, place) => ({ Id: String(place), ...entry }));
        const { Failed } = await service.send<PublishBatchCommandOutput>(
          (sdk) => new sdk.PublishBatchCommand({ TopicArn, PublishBatchRequestEntries }),
        );
        return refusedOf(Failed);
      },
      failed: (cause) =>
        service.failed(cause, { action: 'sns:Publish', resource, missing: 'Make it, or correct its ARN.' }),
    },
    options,
  );
  return withClaims(publisher, options);
}

// The characters that attributes may have, and no more of them than have room. Without one an event goes out all the same: its body has it.
function attributesOf(event: CloudEvent): Record<string, { DataType: string; StringValue: string }> {
  const fit = ATTRIBUTES.filter((name) => {
    const value = event[name];
    return value !== '' && bytesOf(value) <= MAX_ATTRIBUTE && CHARACTERS.test(value);
  });
  return Object.fromEntries(fit.map((name) => [name, { DataType: 'String', StringValue: event[name] }]));
}
