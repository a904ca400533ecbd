import { randomUUID } from 'node:crypto';
import { type CloudEvent, PublishError } from '@xorca/core';
import { messageOf } from '@xorca/core/backend';
import { ownBus } from './bus-owner.ts';
import { busSettings, type LocalBusOptions } from './bus-settings.ts';
import { type DeadLetter, deadLetters, redriveLetter } from './dead-letters.ts';
import { type DeliveryTable, deliveryTable } from './delivery-table.ts';
import { type OutgoingEvent, sortEvents } from './outgoing-event.ts';
import { sqliteDatabase } from './sqlite-database.ts';
import { subscriber } from './subscriber.ts';
import type { KnownSubscription, Subscription } from './subscription.ts';
import { type BookEntry, type SubscriptionBook, subscriptionBook } from './subscription-book.ts';
import type { CarriedEvents, TransactionalPublisher } from './transactional-publisher.ts';
import { watchers } from './watchers.ts';

/** An orchestration channel within one process. */
export interface LocalBus extends TransactionalPublisher {
  /**
   * Begins to deliver: what waits in the file under that name first, also what came under former `types` of it. The subscription is
   * on the disk when this returns, and from then on gets events whether it is live or not, until it is unsubscribed.
   * `XORCA_CONFIG` for a name that is taken, `XORCA_UNAVAILABLE` (subscribe again) when the file does not take it.
   */
  subscribe(subscription: Subscription): void;
  /**
   * Removes a subscription for good, with what waits for it; dead letters stay. Begins no delivery any more and waits for those
   * in flight. Does nothing for a name that is unknown, so it may be called at every start.
   */
  unsubscribe(name: string): Promise<void>;
  /** Those the file knows: one that is not live and has much waiting was perhaps renamed, and wants `unsubscribe`. */
  subscriptions(): readonly KnownSubscription[];
  /** What was given up, oldest first. */
  deadLetters(): readonly DeadLetter[];
  /**
   * Queues a dead letter anew, behind its subject's other events; false when there is none with that number. `XORCA_CONFIG` when
   * its subscription was removed.
   */
  redrive(seq: number): Promise<boolean>;
  /**
   * Resolves when nothing is queued, waiting for a retry, or in flight for any subscription that is live; or when the bus is
   * stopped. What waits for one that is not live does not count.
   */
  idle(): Promise<void>;
  /** Begins no delivery any more and waits for those in flight. What is published still is kept for the next start. */
  stop(): Promise<void>;
  /** Stops, lets the file go, and closes it if `localBus` opened it. */
  close(): Promise<void>;
}

/**
 * A durable bus in a SQLite file, for one process at a time. Delivers at least once, and in order for each subject: a subject has
 * one batch in flight, and its later events wait while one is tried again. An event goes to all subscriptions that the file knows
 * when it is published; one that none takes is dropped, as on any bus. Subscriptions outlive the program: events for one
 * that it has not subscribed again yet wait.
 * Errors: `XORCA_PUBLISH`, `XORCA_CONFIG` (also when another process has the bus open), `XORCA_UNAVAILABLE`.
 *
 * @example
 * const database = sqliteDatabase({ path: 'data/xorca.db' })
 * const bus = localBus({ database })
 * const store = sqliteStore({ database, bus }) // takes effects along in the save's own transaction
 */
export function localBus(options: LocalBusOptions): LocalBus {
  const settings = busSettings(options);
  const { maxEventBytes } = settings;
  const database = 'database' in options ? options.database : sqliteDatabase({ path: options.path });
  const { changed, until } = watchers();
  let disown = () => {};
  let table: DeliveryTable;
  let book: SubscriptionBook;
  try {
    disown = ownBus(database.path);
    table = deliveryTable(database);
    book = subscriptionBook(database, table, { changed, until });
  } catch (error) {
    letGo();
    throw error;
  }
  let publishing = 0;
  let stopped = false;

  function letGo(): void {
    disown();
    if (!('database' in options)) database.close();
  }

  function carried(events: readonly OutgoingEvent[]): CarriedEvents {
    let inserted: { entry: BookEntry; lane: string; seq: number; text: string }[] = [];
    return {
      insert() {
        inserted = [];
        for (const { targets, lane: subject, text } of events) {
          for (const entry of targets) {
            if (entry.leaving) continue;
            // A lane of its own: nothing waits behind it.
            const lane = entry.order === 'event' ? `${subject} ${randomUUID()}` : subject;
            inserted.push({ entry, lane, text, seq: table.insert(entry.name, lane, text) });
          }
        }
      },
      committed() {
        for (const { entry, lane, seq, text } of inserted) {
          entry.subscriber?.push(lane, { seq, event: text, attempts: 0 });
        }
      },
    };
  }

  async function write({ insert, committed }: CarriedEvents): Promise<void> {
    publishing++;
    try {
      await database.commit(insert, { savepoint: true });
      committed();
    } finally {
      publishing--;
      changed();
    }
  }

  function carry(events: readonly CloudEvent[]): CarriedEvents {
    const { accepted, refused } = sortEvents(events, book, maxEventBytes);
    if (refused.length > 0) throw new PublishError(refused);
    return carried(accepted);
  }

  const bus: LocalBus = {
    database,
    maxEventBytes,
    carry,

    async publish(events) {
      const { accepted, refused } = sortEvents(events, book, maxEventBytes);
      if (accepted.length > 0) {
        await write(carried(accepted)).catch((cause: unknown) => {
          const lost = events.filter(({ id }) => !refused.some((each) => each.id === id));
          const failed = lost.map(({ id }) => ({ id, reason: messageOf(cause), retryable: true }));
          throw new PublishError([...refused, ...failed], { cause });
        });
      }
      if (refused.length > 0) throw new PublishError(refused);
    },

    subscribe(subscription) {
      book.add(subscription, () => {
        const target = subscriber(subscription, { ...settings, database, table, carry, changed });
        if (stopped) target.stop();
        return target;
      });
    },

    unsubscribe: book.remove,
    subscriptions: book.list,
    deadLetters: () => deadLetters(table),
    redrive: (seq) => redriveLetter(seq, database, table, book),
    idle: () => until(() => stopped || (publishing === 0 && book.live().every((each) => each.isEmpty()))),

    async stop() {
      stopped = true;
      const running = book.running();
      for (const each of running) each.stop();
      changed();
      await until(() => running.every((each) => each.inFlight() === 0));
    },

    async close() {
      await bus.stop();
      letGo();
    },
  };
  return bus;
}
