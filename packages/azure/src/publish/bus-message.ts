import type { ServiceBusMessage } from '@azure/service-bus';
import type { CloudEvent } from '@xorca/core';
import { bytesOf, messageText } from '@xorca/core/publishers';
import { messageIdOf, sessionOf } from './message-ids.ts';

/** A message, and the bytes that it takes in a batch, at most. */
export interface BusMessage {
  readonly message: ServiceBusMessage;
  /** Of its body alone. */
  readonly bodyBytes: number;
  readonly bytes: number;
}

const CONTENT_TYPE = 'application/cloudevents+json';
/** The most bytes of a property: a type or source longer than this is not worth a filter, and the room for it would be lost to all events. */
export const MAX_PROPERTY = 256;
// The sections of a message of AMQP, what leads each text in them, the names of the properties and the id, which has 64 characters; a
// message's place in a batch. Measured: 180.
const FRAME_BYTES = 256;

/** The most that a message has beside its body: type twice, source, session, frame. */
export const MOST_PROPERTY_BYTES = 3 * MAX_PROPERTY + 128 + FRAME_BYTES;

/** An event as a message: its JSON is the body; what filters and people look at is beside it. */
export function busMessage(event: CloudEvent): BusMessage {
  const body = Buffer.from(messageText(event));
  const sessionId = sessionOf(event.subject);
  const type = fitting(event.type);
  const source = fitting(event.source);
  const message: ServiceBusMessage = {
    body,
    contentType: CONTENT_TYPE,
    messageId: messageIdOf(event),
    sessionId,
    applicationProperties: {
      ...(type === undefined ? {} : { type }),
      ...(source === undefined ? {} : { source }),
    },
    ...(type === undefined ? {} : { subject: type }),
  };
  const properties = 2 * bytesOf(type ?? '') + bytesOf(source ?? '') + sessionId.length;
  return { message, bodyBytes: body.length, bytes: body.length + properties + FRAME_BYTES };
}

// Without one an event goes out all the same: its body has it.
function fitting(value: string): string | undefined {
  const isFitting = value !== '' && value.isWellFormed() && bytesOf(value) <= MAX_PROPERTY;
  return isFitting ? value : undefined;
}
