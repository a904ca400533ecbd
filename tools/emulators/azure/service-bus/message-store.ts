import { randomBytes } from 'node:crypto';
import type { Message } from 'rhea';
import type { Stored } from './amqp-message.ts';
import type { Surroundings } from './inbox.ts';
import type { QueueOptions } from './options.ts';

/** The messages of a queue, and whose they are. */
export interface MessageStore {
  /** In their order. */
  readonly messages: readonly Stored[];
  add(message: Message, sequence: number, takenAs: number): void;
  /** The one that is locked so. */
  find(token: string): Stored | undefined;
  /** Of a session. */
  lockedOf(sessionId: string): readonly Stored[];
  /** Locks it, or holds its lock longer. */
  lock(stored: Stored): void;
  /** As if it had not been delivered. */
  unlock(stored: Stored): void;
  remove(stored: Stored): void;
  /** Its delivery was in vain: it comes again, or is dead. */
  failed(stored: Stored): void;
  /** It is dead. */
  bury(stored: Stored, properties: Readonly<Record<string, unknown>>): void;
}

/** What a store belongs to. */
export interface StoreOwner {
  readonly entity: string;
  readonly options: QueueOptions;
  readonly lockMs: number;
  /** Takes the dead. Without it nothing dies. */
  readonly dead: { put(message: Message): void } | undefined;
  /** A lock ran out. */
  freed(): void;
}

/** Makes the store of a queue. */
export function makeMessageStore(owner: StoreOwner, { clock, tell }: Surroundings): MessageStore {
  const { entity, options, lockMs, dead, freed } = owner;
  const { maxDeliveryCount = 10 } = options;
  const messages: Stored[] = [];

  function expire(stored: Stored): void {
    if (stored.lock !== undefined || !messages.includes(stored)) return;
    remove(stored);
    tell({ event: 'expired', entity, ...idsOf(stored.message) });
  }

  function remove(stored: Stored): void {
    const index = messages.indexOf(stored);
    if (index >= 0) messages.splice(index, 1);
  }

  function lock(stored: Stored): void {
    const token = stored.lock?.token ?? randomBytes(16).toString('hex');
    unlock(stored);
    // A session's lock is that of its messages.
    const bySession = options.requiresSession && !stored.deferred;
    const release = bySession ? () => {} : clock.at(clock.now() + lockMs, () => lost(stored));
    stored.lock = { token, release };
  }

  function unlock(stored: Stored): void {
    stored.lock?.release();
    delete stored.lock;
  }

  function lost(stored: Stored): void {
    tell({ event: 'lockLost', entity, ...idsOf(stored.message) });
    failed(stored);
    freed();
  }

  function failed(stored: Stored): void {
    unlock(stored);
    stored.deliveryCount++;
    if (stored.expiresAt <= clock.now()) expire(stored);
    else if (dead !== undefined && stored.deliveryCount >= maxDeliveryCount) {
      bury(stored, {
        DeadLetterReason: 'MaxDeliveryCountExceeded',
        DeadLetterErrorDescription: `Message could not be consumed after ${maxDeliveryCount} delivery attempts.`,
      });
    }
  }

  function bury(stored: Stored, properties: Readonly<Record<string, unknown>>): void {
    unlock(stored);
    remove(stored);
    dead?.put(withProperties(stored.message, properties));
    const reason = properties['DeadLetterReason'];
    tell({ event: 'dead', entity, ...idsOf(stored.message), ...(reason ? { reason: String(reason) } : {}) });
  }

  return {
    messages,
    add(message, sequence, takenAs) {
      const enqueuedAt = clock.now();
      // What is dead does not expire.
      const { ttl = Number.POSITIVE_INFINITY } = dead === undefined ? {} : message;
      const expiresAt = enqueuedAt + ttl;
      const stored: Stored = { sequence, takenAs, message, enqueuedAt, expiresAt, deliveryCount: 0 };
      messages.push(stored);
      if (expiresAt < Number.POSITIVE_INFINITY) clock.at(expiresAt, () => expire(stored));
      tell({ event: 'enqueued', entity, ...idsOf(message) });
    },
    find: (token) => messages.find((one) => one.lock?.token === token),
    lockedOf: (sessionId) =>
      messages.filter((one) => one.lock !== undefined && one.message.group_id === sessionId),
    lock,
    unlock,
    remove,
    failed,
    bury,
  };
}

/** The message with more application properties. */
export function withProperties(message: Message, properties: Readonly<Record<string, unknown>>): Message {
  return { ...message, application_properties: { ...message.application_properties, ...properties } };
}

/** Can it be delivered? */
export function isFree({ lock, deferred }: Stored): boolean {
  return lock === undefined && !deferred;
}

function idsOf({ message_id: messageId, group_id: sessionId }: Message) {
  return {
    ...(messageId === undefined ? {} : { messageId: String(messageId) }),
    ...(sessionId === undefined ? {} : { sessionId }),
  };
}
