import rhea, { type Message } from 'rhea';
import { messagesOf, outgoing, type Stored } from './amqp-message.ts';
import type { Target } from './entities.ts';
import type { Refusal } from './options.ts';
import type { Queue, Settlement } from './queue.ts';

/** What an entity's `$management` is asked, and of what. */
export interface Request {
  /** `RenewLock`, `ScheduleMessage` */
  readonly action: string;
  readonly body: Record<string, unknown>;
  readonly queue: Queue | undefined;
  readonly target: Target | undefined;
}

/** What it answers. */
export type Answer = { readonly body?: object; readonly empty?: boolean } | Refusal;

type Operation = (request: Request & { readonly queue: Queue }) => Answer;

const { message: codec, types } = rhea;

const TIMESTAMP = 0x83;
const LONG = 0x81;

/** Answers a request, as in https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-request-response */
export function manage(request: Request): Answer {
  const { action, body, target, queue } = request;
  if (target !== undefined && action === 'ScheduleMessage') return schedule(target, body);
  if (target !== undefined && action === 'CancelScheduledMessage') {
    target.inbox.cancel(numbersOf(body['sequence-numbers']));
    return {};
  }
  const operation = OPERATIONS[action];
  if (queue === undefined || operation === undefined) {
    return { condition: 'amqp:not-implemented', description: `${action} is not something that it does.` };
  }
  return operation({ ...request, queue });
}

/** The operation of a request, shortly: `com.microsoft:renew-lock` is `RenewLock`. */
export function actionOf(operation: unknown): string {
  const [, name = ''] = String(operation).split(':');
  return name.replace(/(^|-)(\w)/g, (_, _dash, letter: string) => letter.toUpperCase());
}

/** How many messages a request sends. */
export function messagesIn({ body }: Message): number {
  const { messages } = (body ?? {}) as { readonly messages?: readonly unknown[] };
  return messages?.length ?? 0;
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  RenewLock({ queue, body }) {
    for (const token of tokensOf(body)) {
      const refusal = queue.renew(token);
      if (refusal !== undefined) return refusal;
    }
    const expirations = tokensOf(body).map(() => Date.now() + queue.lockMs);
    return { body: { expirations: types.wrap_array(expirations, TIMESTAMP, undefined) } };
  },
  RenewSessionLock({ queue, body }) {
    const refusal = queue.sessions.renew(String(body['session-id']));
    return refusal ?? { body: { expiration: types.wrap_timestamp(Date.now() + queue.lockMs) } };
  },
  SetSessionState({ queue, body }) {
    queue.sessions.states.set(String(body['session-id']), body['session-state']);
    return {};
  },
  GetSessionState({ queue, body }) {
    return { body: { 'session-state': queue.sessions.states.get(String(body['session-id'])) ?? null } };
  },
  PeekMessage({ queue, body }) {
    const from = Number(body['from-sequence-number']);
    const { 'session-id': sessionId } = body;
    const scheduled = [...queue.inbox.scheduled.values()];
    const found = [...queue.messages, ...scheduled]
      .filter(({ sequence, message }) => {
        return sequence >= from && (sessionId === undefined || message.group_id === sessionId);
      })
      .sort((one, other) => one.sequence - other.sequence)
      .slice(0, Number(body['message-count']));
    if (found.length === 0) return { empty: true };
    const messages = found.map((stored) =>
      encoded(stored, 'scheduledAt' in stored ? 2 : stored.deferred ? 1 : 0),
    );
    return { body: { messages } };
  },
  ReceiveBySequenceNumber({ queue, body }) {
    const wanted = numbersOf(body['sequence-numbers']);
    const found = queue.takeDeferred(wanted);
    if (found.length < wanted.length) {
      const description = 'Failed to find all of the deferred messages.';
      return { condition: 'com.microsoft:message-not-found', description };
    }
    const messages = found.map((stored) => ({
      ...encoded(stored, 1, Date.now() + queue.lockMs),
      'lock-token': types.wrap_uuid(Buffer.from(stored.lock?.token ?? '', 'hex')),
    }));
    return { body: { messages } };
  },
  UpdateDisposition({ queue, body }) {
    for (const token of tokensOf(body)) {
      const refusal = queue.settle(token, settlementOf(body));
      if (refusal !== undefined) return refusal;
    }
    return {};
  },
};

function schedule({ inbox }: Target, body: Record<string, unknown>): Answer {
  const entries = body['messages'] as readonly { readonly message: Buffer }[];
  const taken = inbox.schedule(entries.flatMap(({ message }) => messagesOf(0, message)));
  if ('condition' in taken) return taken;
  return { body: { 'sequence-numbers': types.wrap_array([...taken], LONG, undefined) } };
}

function settlementOf(body: Record<string, unknown>): Settlement {
  const properties = body['properties-to-modify'] as Record<string, unknown> | undefined;
  switch (body['disposition-status']) {
    case 'completed':
      return { outcome: 'complete' };
    case 'suspended':
      return {
        outcome: 'deadLetter',
        properties: {
          ...properties,
          DeadLetterReason: body['deadletter-reason'],
          DeadLetterErrorDescription: body['deadletter-description'],
        },
      };
    case 'defered':
      return { outcome: 'defer', properties: properties ?? {} };
    default:
      return { outcome: 'abandon', properties: properties ?? {} };
  }
}

function encoded(stored: Stored, state: 0 | 1 | 2, lockedUntil?: number): { readonly message: Buffer } {
  return { message: codec.encode(outgoing(stored, state, lockedUntil)) };
}

function tokensOf(body: Record<string, unknown>): readonly string[] {
  return (body['lock-tokens'] as readonly Buffer[]).map((token) => Buffer.from(token).toString('hex'));
}

function numbersOf(list: unknown): readonly number[] {
  // rhea gives numbers as bytes when it cannot tell them exactly.
  return (list as readonly (number | Buffer)[]).map((one) =>
    typeof one === 'number' ? one : Number(one.readBigInt64BE()),
  );
}
