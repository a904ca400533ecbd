import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { json, localTime, longs, metadata, offsetTime, text, texts, withBody } from './binding-data.ts';
import type { Binding, Input, RpcData, RpcMetadata } from './rpc.ts';

type BatchSettings = Pick<Binding, 'cardinality' | 'dataType'>;

/** Whether a trigger gets its messages in batches. */
export function isBatch({ cardinality }: BatchSettings): boolean {
  return /^many$/i.test(String(cardinality));
}

/**
 * What the host gives a Service Bus trigger for messages whose bodies were not parsed: the one there is, or with the cardinality
 * 'many' all of them. Throws for a body that the host could not give; the function is not called then, and the messages are abandoned.
 */
export function serviceBusInput(
  messages: readonly ServiceBusReceivedMessage[],
  trigger: BatchSettings = {},
): Input {
  const isBinary = /^binary$/i.test(String(trigger.dataType));
  if (isBatch(trigger)) {
    const isText = /^string$/i.test(String(trigger.dataType));
    const data = isBinary
      ? { collectionBytes: { bytes: messages.map(bytesOf) } }
      : isText
        ? texts(messages.map(textOf))
        : parsed(messages);
    return { data, triggerMetadata: batchMetadata(messages) };
  }
  const [message] = messages as [ServiceBusReceivedMessage];
  if (isBinary) return { data: { bytes: bytesOf(message) }, triggerMetadata: messageMetadata(message) };
  const body = textOf(message);
  return { data: { string: body }, triggerMetadata: withBody(messageMetadata(message), body) };
}

// Names and types: ServiceBusTriggerBindingStrategy.cs of
// https://github.com/Azure/azure-sdk-for-net/tree/main/sdk/servicebus/Microsoft.Azure.WebJobs.Extensions.ServiceBus. Beside these it
// gives objects to settle messages with, which are of no use in a worker.
function messageMetadata(message: ServiceBusReceivedMessage): RpcMetadata {
  return metadata({
    DeliveryCount: json(deliveriesOf(message)),
    DeadLetterSource: text(message.deadLetterSource),
    LockToken: text(message.lockToken),
    ExpiresAtUtc: json(localTime(expiryOf(message))),
    ExpiresAt: json(offsetTime(expiryOf(message))),
    EnqueuedTimeUtc: json(localTime(arrivalOf(message))),
    EnqueuedTime: json(offsetTime(arrivalOf(message))),
    MessageId: text(idOf(message)),
    ContentType: text(message.contentType),
    ReplyTo: text(message.replyTo),
    SequenceNumber: json(Number(message.sequenceNumber)),
    To: text(message.to),
    Subject: text(message.subject),
    Label: text(message.subject),
    CorrelationId: text(correlationOf(message)),
    ApplicationProperties: json(message.applicationProperties ?? {}),
    UserProperties: json(message.applicationProperties ?? {}),
    SessionId: text(message.sessionId),
    ReplyToSessionId: text(message.replyToSessionId),
    PartitionKey: text(message.partitionKey),
  });
}

function batchMetadata(messages: readonly ServiceBusReceivedMessage[]): RpcMetadata {
  const subjects = texts(messages.map(({ subject }) => subject));
  const properties = json(messages.map(({ applicationProperties }) => applicationProperties ?? {}));
  const partitions = texts(messages.map(({ partitionKey }) => partitionKey));
  return metadata({
    DeliveryCountArray: json(messages.map(deliveriesOf)),
    DeadLetterSourceArray: texts(messages.map(({ deadLetterSource }) => deadLetterSource)),
    LockTokenArray: texts(messages.map(({ lockToken }) => lockToken)),
    ExpiresAtUtcArray: json(messages.map((each) => localTime(expiryOf(each)))),
    ExpiresAtArray: json(messages.map((each) => offsetTime(expiryOf(each)))),
    EnqueuedTimeUtcArray: json(messages.map((each) => localTime(arrivalOf(each)))),
    EnqueuedTimeArray: json(messages.map((each) => offsetTime(arrivalOf(each)))),
    MessageIdArray: texts(messages.map(idOf)),
    ContentTypeArray: texts(messages.map(({ contentType }) => contentType)),
    ReplyToArray: texts(messages.map(({ replyTo }) => replyTo)),
    SequenceNumberArray: longs(messages.map(({ sequenceNumber }) => Number(sequenceNumber))),
    ToArray: texts(messages.map(({ to }) => to)),
    SubjectArray: subjects,
    LabelArray: subjects,
    CorrelationIdArray: texts(messages.map(correlationOf)),
    ApplicationPropertiesArray: properties,
    UserPropertiesArray: properties,
    SessionIdArray: texts(messages.map(({ sessionId }) => sessionId)),
    ReplyToSessionIdArray: texts(messages.map(({ replyToSessionId }) => replyToSessionId)),
    PartitionKeyArray: partitions,
    TransactionPartitionKeyArray: partitions,
  });
}

/** Of the first delivery 1; the header that the SDK of JavaScript shows counts those before. */
const deliveriesOf = ({ deliveryCount = 0 }: ServiceBusReceivedMessage) => deliveryCount + 1;
// DateTimeOffset.MaxValue, but for what is below a millisecond.
const expiryOf = ({ expiresAtUtc }: ServiceBusReceivedMessage) =>
  expiresAtUtc ?? new Date('9999-12-31T23:59:59.999Z');
const arrivalOf = ({ enqueuedTimeUtc }: ServiceBusReceivedMessage) => enqueuedTimeUtc ?? new Date(0);
const idOf = ({ messageId }: ServiceBusReceivedMessage) =>
  messageId === undefined ? undefined : String(messageId);
const correlationOf = ({ correlationId }: ServiceBusReceivedMessage) =>
  correlationId === undefined ? undefined : String(correlationId);

/**
 * A batch without a `dataType`: a list of objects, each read as JSON, for which text that is none fails the whole invocation.
 * PocoTriggerArgumentBinding.cs of https://github.com/Azure/azure-webjobs-sdk
 */
function parsed(messages: readonly ServiceBusReceivedMessage[]): RpcData {
  const values = messages.map((message) => {
    try {
      return JSON.parse(textOf(message)) as unknown;
    } catch (error) {
      throw new TypeError(
        `Binding parameters to complex objects (such as 'Object') uses Json.NET serialization. The JSON parser failed: ${(error as Error).message}`,
      );
    }
  });
  return { json: JSON.stringify(values) };
}

/** MessageToStringConverter.cs: bytes as UTF-8, with replacements where they are none. */
function textOf({ body }: ServiceBusReceivedMessage): string {
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return Buffer.from(body).toString();
  throw new TypeError(`A message with a value type of ${typeof body} cannot be bound to a string.`);
}

function bytesOf(message: ServiceBusReceivedMessage): Uint8Array {
  return message.body instanceof Uint8Array ? message.body : Buffer.from(textOf(message));
}
