import type { Message } from 'rhea';
import { type Stored, scheduledAtOf } from './amqp-message.ts';
import type { Clock } from './clock.ts';
import type { QueueOptions, Refusal, ServiceBusEvent } from './options.ts';

/** What the parts of an entity need of its namespace. */
export interface Surroundings {
  readonly clock: Clock;
  tell(event: Omit<ServiceBusEvent, 'at'>): void;
}

/** What was sent to a queue or a topic and is not yet there for its receivers. */
export interface Inbox {
  /** Takes all of them or none. */
  take(messages: readonly Message[]): Refusal | undefined;
  /** Gives their sequence numbers. */
  schedule(messages: readonly Message[]): readonly number[] | Refusal;
  /** Without effect on those that are not scheduled. */
  cancel(sequences: readonly number[]): void;
  readonly scheduled: ReadonlyMap<number, Scheduled>;
}

/** A message that waits for its time. */
export interface Scheduled extends Stored {
  readonly scheduledAt: number;
  callOff(): void;
}

/** What an inbox belongs to. */
export interface InboxOwner {
  readonly entity: string;
  readonly options: Pick<QueueOptions, 'requiresSession' | 'duplicateDetectionMs' | 'partitioned'>;
  nextSequence(): number;
  /** `takenAs`: the sequence number that it had while it was scheduled, else the same. */
  enqueue(message: Message, sequence: number, takenAs: number): void;
}

/** Makes the inbox of a queue or a topic. */
export function makeInbox(owner: InboxOwner, { clock, tell }: Surroundings): Inbox {
  const { entity, options, nextSequence, enqueue } = owner;
  const { duplicateDetectionMs = 0 } = options;
  const seen = new Map<string, number>();
  const scheduled = new Map<number, Scheduled>();

  function isDuplicate({ message_id: id }: Message): boolean {
    if (duplicateDetectionMs === 0 || id === undefined) return false;
    const messageId = String(id);
    const now = clock.now();
    const before = seen.get(messageId);
    if (before !== undefined && now - before < duplicateDetectionMs) {
      tell({ event: 'duplicate', entity, messageId });
      return true;
    }
    seen.set(messageId, now);
    return false;
  }

  function put(sent: Message, scheduledAt: number): number {
    const sequence = nextSequence();
    if (isDuplicate(sent)) return sequence;
    // Each message has an id, its sender's or one from here: the SDK cannot hold the lock of a message without.
    const message = { ...sent, message_id: sent.message_id ?? crypto.randomUUID().replaceAll('-', '') };
    const now = clock.now();
    if (scheduledAt <= now) {
      enqueue(message, sequence, sequence);
      return sequence;
    }
    const callOff = clock.at(scheduledAt, () => {
      scheduled.delete(sequence);
      enqueue(message, nextSequence(), sequence);
    });
    // It lives from the time for which it is scheduled.
    const times = { enqueuedAt: now, expiresAt: Number.POSITIVE_INFINITY, scheduledAt };
    scheduled.set(sequence, { sequence, takenAs: sequence, message, ...times, deliveryCount: 0, callOff });
    return sequence;
  }

  return {
    take(messages) {
      const refusal = refusalOf(messages, options);
      if (refusal !== undefined) return refusal;
      for (const message of messages) put(message, scheduledAtOf(message) ?? 0);
      return undefined;
    },
    schedule(messages) {
      const refusal = refusalOf(messages, options);
      return refusal ?? messages.map((message) => put(message, scheduledAtOf(message) ?? 0));
    },
    cancel(sequences) {
      for (const sequence of sequences) {
        scheduled.get(sequence)?.callOff();
        scheduled.delete(sequence);
      }
    },
    scheduled,
  };
}

function refusalOf(messages: readonly Message[], options: InboxOwner['options']): Refusal | undefined {
  const sessions = new Set(messages.map(({ group_id: sessionId }) => sessionId));
  if (options.requiresSession && sessions.has(undefined)) {
    return notAllowed('A message has no session id, and this entity takes none without.');
  }
  // https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/servicebus/Azure.Messaging.ServiceBus/TROUBLESHOOTING.md
  if (options.partitioned && sessions.size > 1) {
    return notAllowed('The messages of a batch to a partitioned entity have one session id.');
  }
  return undefined;
}

/** How the service says that an operation does not fit its entity. */
export function notAllowed(description: string): Refusal {
  return { condition: 'amqp:not-allowed', description };
}
