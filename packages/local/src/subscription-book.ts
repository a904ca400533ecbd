import { XorcaError } from '@xorca/core';
import { assertOptions } from '@xorca/core/backend';
import type { DeliveryTable } from './delivery-table.ts';
import type { SqliteDatabase } from './sqlite-database.ts';
import type { Subscriber } from './subscriber.ts';
import type { KnownSubscription, Subscription } from './subscription.ts';
import { subscriptionTable } from './subscription-table.ts';
import { typeMatcher } from './type-pattern.ts';
import type { Watchers } from './watchers.ts';
import { assertWhole } from './whole-option.ts';

/** A subscription that the file knows, whether somebody delivers for it or not. */
export interface BookEntry {
  readonly name: string;
  types: readonly string[];
  takes: (type: string) => boolean;
  order: Subscription['order'];
  /** Undefined: nobody has subscribed it since the start. */
  subscriber: Subscriber | undefined;
  /** It is being removed, or was: it gets nothing any more. */
  leaving: Promise<void> | undefined;
}

/** All subscriptions of a bus, in the file and in memory. */
export interface SubscriptionBook {
  /** Who shall get events of a type, live or not. */
  matching(type: string): readonly BookEntry[];
  /** Where events of that name go; undefined for one that is unknown or being removed. */
  find(name: string): BookEntry | undefined;
  /** Those that deliver and stay. */
  live(): readonly Subscriber[];
  /** Those, and what is being removed and may have deliveries in flight. */
  running(): readonly Subscriber[];
  list(): readonly KnownSubscription[];
  /** Checks a subscription, keeps it in the file and begins to deliver with what `start` gives. */
  add(subscription: Subscription, start: () => Subscriber): void;
  /** Removes a subscription and what waits for it. */
  remove(name: string): Promise<void>;
}

const OPTIONS = ['name', 'types', 'handler', 'order', 'concurrency', 'batch', 'timeoutMs'];

/** Opens the book with what the file knows. */
export function subscriptionBook(
  database: SqliteDatabase,
  deliveries: DeliveryTable,
  watchers: Watchers,
): SubscriptionBook {
  const table = subscriptionTable(database);
  const entries = new Map(table.all().map(({ name, types }) => [name, entryOf(name, types)]));

  function stays(entry: BookEntry | undefined): entry is BookEntry {
    return entry !== undefined && entry.leaving === undefined;
  }

  async function leave(entry: BookEntry): Promise<void> {
    const { name, subscriber } = entry;
    subscriber?.stop();
    await watchers.until(() => subscriber === undefined || subscriber.inFlight() === 0);
    await database.commit(
      () => {
        deliveries.removeAll(name);
        table.remove(name);
      },
      { savepoint: true },
    );
    entries.delete(name);
  }

  return {
    matching(type) {
      const found: BookEntry[] = [];
      for (const entry of entries.values()) if (stays(entry) && entry.takes(type)) found.push(entry);
      return found;
    },

    find(name) {
      const entry = entries.get(name);
      return stays(entry) ? entry : undefined;
    },

    live: () => subscribersOf([...entries.values()].filter(stays)),
    running: () => subscribersOf([...entries.values()]),

    list: () =>
      [...entries.values()].filter(stays).map(({ name, types, subscriber }) => ({
        name,
        types,
        live: subscriber !== undefined,
        waiting: deliveries.count(name),
      })),

    add(subscription, start) {
      assertSubscription(subscription);
      const { name, types, order } = subscription;
      const fresh = entryOf(name, types, order);
      const before = entries.get(name);
      if (before?.leaving || before?.subscriber) {
        throw new XorcaError(
          'XORCA_CONFIG',
          `A subscription named ${JSON.stringify(name)} ${before.leaving ? 'is just being removed: await unsubscribe first' : 'is there already: give each a name of its own'}.`,
        );
      }
      // On the disk before the first event can be accepted on its account: so a crash right after loses none.
      if (JSON.stringify(before?.types) !== JSON.stringify(types)) {
        database.writeNow(() => table.put(name, types));
      }
      // The same entry, since an event may be on its way to it.
      const entry = before ? Object.assign(before, { types: fresh.types, takes: fresh.takes, order }) : fresh;
      entries.set(name, entry);
      entry.subscriber = start();
    },

    remove(name) {
      const entry = entries.get(name);
      if (!entry) return Promise.resolve();
      entry.leaving ??= leave(entry)
        .catch((error: unknown) => {
          // Known as before, but not live: it can be removed, or subscribed, again.
          entry.subscriber = undefined;
          entry.leaving = undefined;
          throw error;
        })
        .finally(watchers.changed);
      return entry.leaving;
    },
  };
}

function entryOf(name: string, types: readonly string[], order?: Subscription['order']): BookEntry {
  const takes = typeMatcher(types);
  return { name, types: [...types], takes, order, subscriber: undefined, leaving: undefined };
}

function subscribersOf(entries: readonly BookEntry[]): readonly Subscriber[] {
  return entries.flatMap(({ subscriber }) => subscriber ?? []);
}

function assertSubscription(subscription: Subscription): void {
  assertOptions(subscription, OPTIONS, 'subscribe');
  const { name, types, handler, order, concurrency, batch, timeoutMs } = subscription;
  // NUL and halves of surrogate pairs would come back from the file as another name.
  if (typeof name !== 'string' || name === '' || name.includes('\0') || !name.isWellFormed()) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `A subscription needs a name, well-formed text without NUL, not ${JSON.stringify(name)}.`,
    );
  }
  if (!Array.isArray(types) || typeof handler !== 'function') {
    throw new XorcaError('XORCA_CONFIG', `Subscription ${name} needs types, a list, and a handler.`);
  }
  if (order !== undefined && order !== 'subject' && order !== 'event') {
    throw new XorcaError(
      'XORCA_CONFIG',
      `order of subscription ${name} must be 'subject' or 'event', not ${JSON.stringify(order)}.`,
    );
  }
  assertWhole(concurrency, 'concurrency');
  assertWhole(batch, 'batch');
  assertWhole(timeoutMs, 'timeoutMs');
}
