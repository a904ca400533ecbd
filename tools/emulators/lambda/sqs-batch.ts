import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs';

/** Where the messages came from. */
export interface SqsSource {
  readonly queueArn: string;
}

/** The event that Lambda makes of a batch of SQS messages. */
export function sqsEvent(messages: readonly Message[], { queueArn }: SqsSource) {
  const [, , , awsRegion = ''] = queueArn.split(':');
  return {
    Records: messages.map((message) => ({
      messageId: message.MessageId,
      receiptHandle: message.ReceiptHandle,
      body: message.Body,
      attributes: message.Attributes ?? {},
      messageAttributes: Object.fromEntries(
        Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [name, attribute(value)]),
      ),
      md5OfBody: message.MD5OfBody,
      ...(message.MD5OfMessageAttributes && { md5OfMessageAttributes: message.MD5OfMessageAttributes }),
      eventSource: 'aws:sqs',
      eventSourceARN: queueArn,
      awsRegion,
    })),
  };
}

function attribute({ StringValue, BinaryValue, DataType }: MessageAttributeValue) {
  return {
    ...(StringValue !== undefined && { stringValue: StringValue }),
    ...(BinaryValue && { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
    // SQS has no lists yet; Lambda sends them empty.
    stringListValues: [],
    binaryListValues: [],
    dataType: DataType,
  };
}

/**
 * The ids that a response with `batchItemFailures` names; undefined when the whole batch has failed: an id that is not in
 * the batch, or a response that cannot be read as one. No response, and none of that name, says that all succeeded.
 */
export function failedIds(response: unknown, batch: readonly string[]): ReadonlySet<string> | undefined {
  const failures = (response as { batchItemFailures?: unknown } | null)?.batchItemFailures ?? [];
  if (!Array.isArray(failures)) return undefined;
  const ids = failures.map(
    (failure: unknown) => (failure as { itemIdentifier?: unknown } | null)?.itemIdentifier,
  );
  const known = new Set<unknown>(batch);
  return ids.every((id) => known.has(id)) ? new Set(ids as string[]) : undefined;
}
