import type { Message } from 'rhea';
import type { Stored } from './amqp-message.ts';
import { type Inbox, makeInbox, type Surroundings } from './inbox.ts';
import { isFree, type MessageStore, makeMessageStore, withProperties } from './message-store.ts';
import type { QueueOptions, Refusal } from './options.ts';
import { makeSessions, type SessionHolder, type Sessions } from './sessions.ts';

/** One that receives from a queue. */
export interface Consumer extends SessionHolder {
  /** Of the session that it has, in a queue with sessions. */
  readonly sessionId?: string;
  /** It gets messages for good: they are gone once they are on their way. */
  readonly settled: boolean;
  /** How many messages it takes now. */
  credit(): number;
  deliver(stored: Stored): void;
}

/** What becomes of a message that its receiver has. */
export interface Settlement {
  readonly outcome: 'complete' | 'abandon' | 'defer' | 'deadLetter';
  /** Application properties that it gets. */
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** A queue, a subscription, or the dead letters of one. */
export interface Queue extends Pick<MessageStore, 'messages'> {
  readonly entity: string;
  readonly options: QueueOptions;
  readonly lockMs: number;
  readonly inbox: Inbox;
  readonly sessions: Sessions;
  readonly dead: Queue | undefined;
  put(message: Message): void;
  add(consumer: Consumer): void;
  /** It closed. What it had of a session is free at once; of a queue without sessions, when the locks run out. */
  remove(consumer: Consumer): void;
  /** Delivers what can be delivered. */
  serve(): void;
  settle(token: string, settlement: Settlement): Refusal | undefined;
  renew(token: string): Refusal | undefined;
  /** Locks deferred messages for whoever asks for them. */
  takeDeferred(sequences: readonly number[]): readonly Stored[];
}

// How the service says that a message is not, or no longer, a receiver's.
const MESSAGE_LOCK_LOST: Refusal = {
  condition: 'com.microsoft:message-lock-lost',
  description: 'The lock supplied is invalid: it expired, or the message is not in the queue.',
};

/** Makes a queue and, unless it is of dead letters, that of its own. */
export function makeQueue(
  entity: string,
  options: QueueOptions,
  around: Surroundings,
  isDead = false,
): Queue {
  const { lockDurationMs: lockMs = 30_000, requiresSession = false } = options;
  const consumers: Consumer[] = [];
  const dead = isDead
    ? undefined
    : makeQueue(`${entity}/$DeadLetterQueue`, { lockDurationMs: lockMs }, around, true);
  const store = makeMessageStore({ entity, options, lockMs, dead, freed: serve }, around);
  const { messages } = store;
  const sessions = makeSessions({ clock: around.clock, lockMs }, nextSession, (sessionId) => {
    around.tell({ event: 'sessionLockLost', entity, sessionId });
    for (const one of store.lockedOf(sessionId)) store.failed(one);
    serve();
  });
  let sequences = 0;
  const nextSequence = () => ++sequences;

  function nextSession(): string | undefined {
    return messages.find((one) => isFree(one) && sessions.isFree(one.message.group_id ?? ''))?.message
      .group_id;
  }

  function serve(): void {
    if (requiresSession) sessions.serve();
    for (const stored of [...messages]) {
      if (!isFree(stored)) continue;
      const { group_id: sessionId } = stored.message;
      const index = consumers.findIndex(
        (one) => (!requiresSession || one.sessionId === sessionId) && one.credit() > 0,
      );
      const [consumer] = index < 0 ? [] : consumers.splice(index, 1);
      if (consumer === undefined) continue;
      // The next message is another's, if another wants it.
      consumers.push(consumer);
      store.lock(stored);
      consumer.deliver(stored);
      if (!consumer.settled) continue;
      store.unlock(stored);
      store.remove(stored);
    }
  }

  function settle(stored: Stored, { outcome, properties = {} }: Settlement): void {
    if (outcome === 'complete') {
      store.unlock(stored);
      store.remove(stored);
    } else if (outcome === 'deadLetter' && dead !== undefined) store.bury(stored, properties);
    else {
      stored.message = withProperties(stored.message, properties);
      if (outcome === 'defer') {
        store.unlock(stored);
        stored.deferred = true;
      } else store.failed(stored);
    }
  }

  function enqueue(...what: Parameters<MessageStore['add']>): void {
    store.add(...what);
    serve();
  }

  return {
    entity,
    options,
    lockMs,
    inbox: makeInbox({ entity, options, nextSequence, enqueue }, around),
    sessions,
    dead,
    messages,
    put(message) {
      if (requiresSession && message.group_id === undefined) {
        dead?.put(withProperties(message, { DeadLetterReason: 'Session id is null.' }));
        return;
      }
      const sequence = nextSequence();
      enqueue(message, sequence, sequence);
    },
    add(consumer) {
      consumers.push(consumer);
      serve();
    },
    remove(consumer) {
      const index = consumers.indexOf(consumer);
      if (index >= 0) consumers.splice(index, 1);
      const { sessionId } = consumer;
      if (sessionId !== undefined && sessions.isHeldBy(sessionId, consumer)) {
        sessions.release(sessionId, consumer);
        // This is no delivery in vain: https://learn.microsoft.com/azure/service-bus-messaging/message-sessions
        for (const one of store.lockedOf(sessionId)) store.unlock(one);
      }
      serve();
    },
    serve,
    settle(token, settlement) {
      const stored = store.find(token);
      if (stored === undefined) return MESSAGE_LOCK_LOST;
      settle(stored, settlement);
      serve();
      return undefined;
    },
    renew(token) {
      const stored = store.find(token);
      if (stored === undefined) return MESSAGE_LOCK_LOST;
      store.lock(stored);
      return undefined;
    },
    takeDeferred(wanted) {
      const found = messages.filter(
        ({ deferred, lock, sequence }) => deferred && lock === undefined && wanted.includes(sequence),
      );
      for (const one of found) store.lock(one);
      return found;
    },
  };
}
