import { type CloudEvent, XorcaError } from '@xorca/core';
import type { DeliveryTable } from './delivery-table.ts';
import type { SqliteDatabase } from './sqlite-database.ts';
import type { SubscriptionBook } from './subscription-book.ts';

/** An event that a subscription failed over `maxAttempts` times, or said not to try again. */
export interface DeadLetter {
  /** Names it for `redrive`. */
  readonly seq: number;
  readonly subscription: string;
  readonly event: CloudEvent;
  readonly attempts: number;
  /** What the handler said last. */
  readonly error: string;
  /** Epoch ms. */
  readonly deadAt: number;
}

/** What was given up, oldest first. */
export function deadLetters(table: DeliveryTable): readonly DeadLetter[] {
  return table.dead().map(({ event, ...letter }) => ({ ...letter, event: JSON.parse(event) as CloudEvent }));
}

/** Queues a dead letter anew, with all its attempts; false when there is none with that number. */
export async function redriveLetter(
  seq: number,
  database: SqliteDatabase,
  table: DeliveryTable,
  book: SubscriptionBook,
): Promise<boolean> {
  let committed = () => {};
  const found = await database.commit(
    () => {
      const letter = table.unearth(seq);
      if (!letter) return false;
      const { subscription, lane, event } = letter;
      const entry = book.find(subscription);
      if (!entry) {
        // It would lie in the queue for nobody.
        throw new XorcaError(
          'XORCA_CONFIG',
          `Dead letter ${seq} is one of subscription ${JSON.stringify(subscription)}, which was removed. Subscribe it again first.`,
        );
      }
      const delivery = { seq: table.insert(subscription, lane, event), event, attempts: 0 };
      committed = () => entry.subscriber?.push(lane, delivery);
      return true;
    },
    { savepoint: true },
  );
  committed();
  return found;
}
