import { XorcaError } from '@xorca/core';
import { type Delivered, field, isWake, parsedOrText, wakeOf } from '@xorca/core/handlers';

// EventBridge through SNS into SQS has two envelopes, and each may be a text within a text.
const MOST_LAYERS = 8;

/**
 * Takes the envelopes of SNS (`Type`, `Message`) and EventBridge (`detail-type`, `detail`) off, in whatever order they are nested.
 * What is neither an envelope nor a wake is left to the runner, which says what is wrong with it.
 */
export function readDelivery(value: unknown): Delivered {
  let inner = value;
  for (let layer = 0; layer < MOST_LAYERS; layer++) {
    if (typeof inner === 'string') {
      const parsed = parsedOrText(inner);
      if (parsed === inner) return { kind: 'event', event: inner };
      inner = parsed;
    }
    if (isWake(inner)) return wakeOf(inner);
    if (isCron(inner)) return { kind: 'wake', id: undefined };
    if (isEventBridge(inner)) inner = inner.detail;
    else if (isNotification(inner)) inner = inner.Message;
    else if (typeof inner !== 'string') return { kind: 'event', event: inner };
  }
  const message = `A message has more than ${MOST_LAYERS} envelopes around its event. Send the event with fewer of them.`;
  return { kind: 'broken', error: new XorcaError('XORCA_INVALID_EVENT', message) };
}

/** Whether it is what a rule with a schedule sends. */
export function isCron(value: unknown): boolean {
  return field(value, 'detail-type') === 'Scheduled Event' && field(value, 'source') === 'aws.events';
}

/** Whether it is an event as EventBridge delivers it. A CloudEvent has no attribute with a dash. */
export function isEventBridge(value: unknown): value is { readonly detail: unknown } {
  return typeof field(value, 'detail-type') === 'string' && field(value, 'detail') !== undefined;
}

// A CloudEvent has no attribute with a capital letter.
function isNotification(value: unknown): value is { readonly Message: string } {
  return field(value, 'Type') === 'Notification' && typeof field(value, 'Message') === 'string';
}
