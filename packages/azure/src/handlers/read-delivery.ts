import { Buffer } from 'node:buffer';
import { XorcaError } from '@xorca/core';
import { type Delivered, field, isWake, parsedOrText, wakeOf } from '@xorca/core/handlers';

// The host parses a message once; a text within a text is what some senders make of JSON.
const MOST_LAYERS = 3;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * Reads what a trigger brought: an object, its JSON as text or bytes, or that in base64, as Storage Queues have it whose `messageEncoding` is
 * not that of their sender. What is neither an event nor a wake is left to the runner, which says what is wrong with it.
 */
export function readDelivery(value: unknown): Delivered {
  let inner = value;
  for (let layer = 0; layer < MOST_LAYERS; layer++) {
    if (inner instanceof Uint8Array) inner = Buffer.from(inner).toString('utf8');
    if (typeof inner !== 'string') break;
    const parsed = parsedOrText(inner);
    inner = parsed === inner ? decoded(inner) : parsed;
  }
  if (isWake(inner)) return wakeOf(inner);
  if (isEventGridSchema(inner)) {
    const message =
      "An event came in Event Grid's own schema (eventType, dataVersion), which is no CloudEvent. Make the subscription with the delivery schema CloudEventSchemaV1_0.";
    return { kind: 'broken', error: new XorcaError('XORCA_INVALID_EVENT', message) };
  }
  return { kind: 'event', event: inner };
}

function decoded(text: string): unknown {
  if (!BASE64.test(text)) return text;
  const inner = Buffer.from(text, 'base64').toString('utf8');
  return inner.startsWith('{') ? inner : text;
}

function isEventGridSchema(value: unknown): boolean {
  return typeof field(value, 'eventType') === 'string' && field(value, 'specversion') === undefined;
}
