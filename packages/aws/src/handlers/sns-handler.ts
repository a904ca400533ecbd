import type { Fleet, Orchestrator } from '@xorca/core';
import { type Delivery, field, type PlatformOf, takeOrThrow } from '@xorca/core/handlers';
import type { LambdaOptions } from './lambda-options.ts';
import type { LambdaHandler } from './lambda-types.ts';
import { THROWN_BACK } from './thrown-back.ts';
import { handlerOf, type Trigger } from './trigger.ts';

/** What is read of a record of SNS. That of `@types/aws-lambda` fits. */
export interface SnsRecord {
  readonly EventSource: string;
  readonly Sns: { readonly MessageId: string; readonly Message: string };
}

/** What SNS invokes a function with. */
export interface SnsEvent {
  readonly Records: readonly SnsRecord[];
}

/** Messages of SNS. */
export const snsTrigger: Trigger = {
  shape: 'a message of SNS (Records with EventSource "aws:sns")',
  is: isSnsEvent,
  take: (work, event, deadlineAt) =>
    takeOrThrow(work, 'SNS', (event as SnsEvent).Records.map(deliveryOf), deadlineAt, THROWN_BACK),
};

/**
 * A function that subscribes to an SNS topic. Each message is a CloudEvent as JSON, or an envelope of EventBridge around one, or a wake
 * message. Throws for what failed or can never be taken, so that Lambda invokes it again and then puts it aside. Errors: those of
 * `lambdaHandler`.
 *
 * @example
 * export const handler = snsHandler(books, { store: dynamodbStore({ table: 'xorca' }), publisher: snsPublisher({ topicArn }) })
 */
export function snsHandler<What extends Orchestrator | Fleet>(
  what: What,
  platform: PlatformOf<What>,
  options: LambdaOptions<What> = {},
): LambdaHandler<What> {
  return handlerOf('snsHandler', [snsTrigger], what, platform, options);
}

function isSnsEvent(event: unknown): boolean {
  const records = field(event, 'Records');
  if (!Array.isArray(records) || records.length === 0) return false;
  return records.every(
    (record: unknown) =>
      field(record, 'EventSource') === 'aws:sns' && typeof field(record, 'Sns') === 'object',
  );
}

function deliveryOf({ Sns }: SnsRecord): Delivery {
  const messageId = field(Sns, 'MessageId');
  return {
    body: field(Sns, 'Message'),
    origin: { trigger: 'sns', ...(typeof messageId === 'string' ? { messageId } : {}) },
  };
}
