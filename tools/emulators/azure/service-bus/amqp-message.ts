import rhea, { type Message } from 'rhea';
import type { QueuedMessage } from './options.ts';

const { message: codec, types } = rhea;

/** The format of a transfer that carries several messages. */
export const BATCH_FORMAT = 0x80013700;

/** A message in a queue. */
export interface Stored {
  readonly sequence: number;
  message: Message;
  readonly enqueuedAt: number;
  /** When nobody wants it any more; infinity for never. */
  readonly expiresAt: number;
  /** The sequence number under which it was taken, if it had another while it was scheduled. */
  readonly takenAs: number;
  deliveryCount: number;
  lock?: Lock;
  deferred?: boolean;
}

/** The right to settle a message. */
export interface Lock {
  /** 16 bytes as hex. */
  readonly token: string;
  release(): void;
}

/** The messages of a transfer. */
export function messagesOf(format: number, payload: Buffer): readonly Message[] {
  const outer = codec.decode(payload) as unknown as Message;
  if (format !== BATCH_FORMAT) return [outer];
  const { content } = outer.body as { readonly content: Buffer | readonly Buffer[] };
  return (Array.isArray(content) ? content : [content]).map(
    (part) => codec.decode(part) as unknown as Message,
  );
}

/** When the sender wants it to be there. */
export function scheduledAtOf({ message_annotations: annotations }: Message): number | undefined {
  const at = annotations?.['x-opt-scheduled-enqueue-time'] as Date | number | undefined;
  return at === undefined || at === null ? undefined : Number(at);
}

/** What the receiver gets. `lockedUntil` in the time of the machine, by which the receiver renews it. */
export function outgoing(stored: Stored, state: 0 | 1 | 2, lockedUntil?: number): Message {
  const { message, sequence, takenAs, enqueuedAt, deliveryCount } = stored;
  return {
    ...message,
    delivery_count: deliveryCount,
    message_annotations: {
      ...message.message_annotations,
      'x-opt-sequence-number': types.wrap_long(sequence),
      'x-opt-enqueue-sequence-number': types.wrap_long(takenAs),
      'x-opt-enqueued-time': types.wrap_timestamp(enqueuedAt),
      'x-opt-message-state': types.wrap_int(state),
      ...(lockedUntil === undefined ? {} : { 'x-opt-locked-until': types.wrap_timestamp(lockedUntil) }),
    },
  };
}

/** What tests see of it. */
export function viewOf(stored: Stored, scheduledAt?: number): QueuedMessage {
  const { message, sequence, enqueuedAt, deliveryCount, lock, deferred } = stored;
  const { message_id: id, group_id: sessionId, subject, content_type: contentType } = message;
  const state = scheduledAt !== undefined ? 'scheduled' : deferred ? 'deferred' : lock ? 'locked' : 'active';
  return {
    sequenceNumber: sequence,
    ...(id === undefined ? {} : { messageId: String(id) }),
    ...(sessionId === undefined ? {} : { sessionId }),
    ...(subject === undefined ? {} : { subject }),
    ...(contentType === undefined ? {} : { contentType }),
    body: textOf(message.body),
    properties: message.application_properties ?? {},
    state,
    deliveryCount,
    enqueuedAt,
    ...(scheduledAt === undefined ? {} : { scheduledAt }),
  };
}

function textOf(body: unknown): string {
  const { content = body } = (body ?? {}) as { readonly content?: unknown };
  if (Array.isArray(content)) return Buffer.concat(content as Buffer[]).toString();
  return Buffer.isBuffer(content) || typeof content === 'string'
    ? content.toString()
    : JSON.stringify(content);
}
