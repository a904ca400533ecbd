import type { Delivery, Message, Receiver } from 'rhea';
import { BATCH_FORMAT, messagesOf } from './amqp-message.ts';
import type { Client } from './client.ts';
import type { Target } from './entities.ts';
import type { Refusal } from './options.ts';
import { takeBytes } from './rhea-internals.ts';

/** The most bytes of a message in the Standard tier. */
export const MAX_MESSAGE_BYTES = 262_144;

/** Takes what comes over a link for a queue or a topic. */
export function takeTransfer(client: Client, target: Target, receiver: Receiver, came: Came): void {
  const { delivery } = came;
  const bytes = takeBytes(receiver);
  const batch = delivery.format === BATCH_FORMAT;
  const messages = batch ? messagesOf(BATCH_FORMAT, came.message as Buffer) : [came.message as Message];
  const call = {
    action: batch ? 'SendBatch' : 'Send',
    entity: target.entity,
    messages: messages.length,
    bytes,
  };
  client.call(
    call,
    () => tooLarge(bytes, target) ?? target.inbox.take(messages),
    (refusal) => (refusal ? delivery.reject(refusal) : delivery.accept()),
  );
}

/** What rhea gives of a transfer: a decoded message, or its bytes when the format is another. */
export interface Came {
  readonly delivery: Delivery;
  readonly message: Message | Buffer;
}

function tooLarge(bytes: number, { options }: Target): Refusal | undefined {
  const { maxMessageBytes = MAX_MESSAGE_BYTES } = options;
  if (bytes <= maxMessageBytes) return undefined;
  const description = `The received message (size: ${bytes} bytes) exceeds the limit (${maxMessageBytes} bytes) currently allowed on the link.`;
  return { condition: 'amqp:link:message-size-exceeded', description };
}
