import type { Fleet, Orchestrator } from '@xorca/core';
import {
  conclude,
  type Delivery,
  field,
  type PlatformOf,
  type Result,
  settle,
  type Work,
} from '@xorca/core/handlers';
import type { LambdaOptions } from './lambda-options.ts';
import type { LambdaHandler } from './lambda-types.ts';
import { handlerOf, type Trigger } from './trigger.ts';

/** What is read of a message of SQS. That of `@types/aws-lambda` fits. */
export interface SqsRecord {
  readonly messageId: string;
  readonly body: string;
  readonly eventSource: string;
  readonly eventSourceARN?: string;
  readonly attributes?: { readonly ApproximateReceiveCount?: string; readonly MessageGroupId?: string };
}

/** A batch of SQS. */
export interface SqsEvent {
  readonly Records: readonly SqsRecord[];
}

/** Which messages must come again; the event source mapping needs `ReportBatchItemFailures`, else SQS takes all of them for taken. */
export interface SqsBatchResponse {
  readonly batchItemFailures: ReadonlyArray<{ readonly itemIdentifier: string }>;
}

/** Batches of SQS. */
export const sqsTrigger: Trigger = {
  shape: 'a batch of SQS (Records with eventSource "aws:sqs")',
  is: isSqsEvent,
  take: (work, event, deadlineAt) => takeBatch(work, event as SqsEvent, deadlineAt),
};

/**
 * A function for an SQS queue, standard or FIFO. Each body is a CloudEvent as JSON, or an envelope of SNS or EventBridge around one, or a
 * wake message. Answers with the messages that must come again, and with no others. Errors: those of `lambdaHandler`.
 *
 * @example
 * export const handler = sqsHandler(books, { store: dynamodbStore({ table: 'xorca' }), publisher: sqsPublisher({ queueUrl }) })
 */
export function sqsHandler<What extends Orchestrator | Fleet>(
  what: What,
  platform: PlatformOf<What>,
  options: LambdaOptions<What> = {},
): LambdaHandler<What> {
  return handlerOf('sqsHandler', [sqsTrigger], what, platform, options);
}

function isSqsEvent(event: unknown): boolean {
  const records = field(event, 'Records');
  // Nothing in it, nothing to do: SQS sends no such batch, but whoever does is not in the wrong.
  if (!Array.isArray(records)) return false;
  return records.every(
    (record: unknown) =>
      field(record, 'eventSource') === 'aws:sqs' && typeof field(record, 'messageId') === 'string',
  );
}

async function takeBatch(work: Work, { Records }: SqsEvent, deadlineAt: number): Promise<SqsBatchResponse> {
  const deliveries = Records.map(deliveryOf);
  const results = await settle(work, deliveries, deadlineAt);
  const again = await conclude(work, deliveries, results, heldBack(work, Records, results));
  const ids = new Set(Records.flatMap(({ messageId }, at) => (again[at] ? [messageId] : [])));
  return { batchItemFailures: [...ids].map((itemIdentifier) => ({ itemIdentifier })) };
}

function deliveryOf(record: SqsRecord): Delivery {
  const receiveCount = Number(record.attributes?.ApproximateReceiveCount);
  return {
    body: record.body,
    origin: {
      trigger: 'sqs',
      messageId: record.messageId,
      ...(Number.isSafeInteger(receiveCount) ? { receiveCount } : {}),
    },
  };
}

/**
 * Which messages of a FIFO queue must come again since one of their group before them failed: all that follow come back with it, in the
 * group's order. What was rejected holds up nobody: it never gets better. A fleet carries out commands side by side, in no order: to
 * give back one that was answered would only have it carried out twice.
 */
function heldBack(
  { of }: Work,
  records: readonly SqsRecord[],
  results: readonly Result[],
): readonly boolean[] {
  if (of.isFleet) return [];
  const failed = new Set<string>();
  return records.map(({ eventSourceARN, attributes }, at) => {
    const group = attributes?.MessageGroupId;
    // A standard queue may have groups, too, for fairness; it keeps no order among them.
    const isFifo = typeof eventSourceARN === 'string' && eventSourceARN.endsWith('.fifo');
    if (!isFifo || typeof group !== 'string') return false;
    const key = `${eventSourceARN} ${group}`;
    const isHeld = failed.has(key);
    if (results[at]?.kind === 'failed') failed.add(key);
    return isHeld;
  });
}
