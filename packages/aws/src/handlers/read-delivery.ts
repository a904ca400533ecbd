import { isXorcaError, XorcaError } from '@xorca/core';
import { assertProcessId, messageOf } from '@xorca/core/backend';

/** What was in a delivery once its envelopes are off. */
export type Delivered =
  /** To be read by the runner: an event, or what is none. */
  | { readonly kind: 'event'; readonly event: unknown }
  /** A wake of one process, or, without an id, of all that are due. */
  | { readonly kind: 'wake'; readonly id: string | undefined }
  /** Of our own form, and broken. */
  | { readonly kind: 'broken'; readonly error: XorcaError };

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

/** Whether it is a wake message: `{"xorca":"wake"}`, with the id of a process or without. */
export function isWake(value: unknown): value is { readonly id?: unknown } {
  return field(value, 'xorca') === 'wake';
}

/** Whether it is what a rule with a schedule sends. */
export function isCron(value: unknown): boolean {
  return field(value, 'detail-type') === 'Scheduled Event' && field(value, 'source') === 'aws.events';
}

/** Whether it is an event as EventBridge delivers it. A CloudEvent has no attribute with a dash. */
export function isEventBridge(value: unknown): value is { readonly detail: unknown } {
  return typeof field(value, 'detail-type') === 'string' && field(value, 'detail') !== undefined;
}

/** A field of anything at all. */
export function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

// A CloudEvent has no attribute with a capital letter.
function isNotification(value: unknown): value is { readonly Message: string } {
  return field(value, 'Type') === 'Notification' && typeof field(value, 'Message') === 'string';
}

function wakeOf({ id }: { readonly id?: unknown }): Delivered {
  if (id === undefined || id === null) return { kind: 'wake', id: undefined };
  try {
    assertProcessId(id as string);
    return { kind: 'wake', id: id as string };
  } catch (cause) {
    const message = `A wake message names no process that could be: ${messageOf(cause)}`;
    const code = isXorcaError(cause) ? cause.code : 'XORCA_INVALID_ID';
    return { kind: 'broken', error: new XorcaError(code, message) };
  }
}

function parsedOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
