import { fromSql, toSql } from './sql-text.ts';
import type { SqliteDatabase } from './sqlite-database.ts';

/** An event that waits for one subscription. */
export interface Delivery {
  /** Grows with each row of the file. */
  readonly seq: number;
  /** The event's JSON. */
  readonly event: string;
  /** How often its handler failed. */
  readonly attempts: number;
}

/** A delivery that was given up. */
export interface DeadDelivery extends Delivery {
  readonly subscription: string;
  readonly error: string;
  /** Epoch ms. */
  readonly deadAt: number;
}

/** The rows of a bus. All but the reads must run in a transaction. */
export interface DeliveryTable {
  insert(subscription: string, lane: string, event: string): number;
  remove(seq: number): void;
  /** Removes all of a subscription but its dead letters. */
  removeAll(subscription: string): void;
  /** Counts a failure. */
  fail(seq: number, error: string): void;
  /** Makes a dead letter of it. */
  bury(seq: number, error: string, at: number): void;
  /** Removes a dead letter and gives what it held. */
  unearth(seq: number): { subscription: string; lane: string; event: string } | undefined;
  /** How many there are, without the dead letters. */
  count(subscription: string): number;
  /** The lanes that have something to deliver, the oldest first. */
  lanes(subscription: string): readonly string[];
  /** Deliveries of a lane after `seq`, in order. */
  read(subscription: string, lane: string, after: number, limit: number): readonly Delivery[];
  dead(): readonly DeadDelivery[];
}

/** The deliveries in a database's file. */
export function deliveryTable(database: SqliteDatabase): DeliveryTable {
  const sql = (text: string) => database.prepare(text);
  const insert = sql('INSERT INTO xorca_delivery (subscription, lane, event) VALUES (?, ?, ?)');
  const remove = sql('DELETE FROM xorca_delivery WHERE seq = ?');
  const removeAll = sql('DELETE FROM xorca_delivery WHERE subscription = ? AND dead_at IS NULL');
  const count = sql('SELECT count(*) FROM xorca_delivery WHERE subscription = ? AND dead_at IS NULL');
  const fail = sql('UPDATE xorca_delivery SET attempts = attempts + 1, error = ? WHERE seq = ?');
  const bury = sql('UPDATE xorca_delivery SET attempts = attempts + 1, error = ?, dead_at = ? WHERE seq = ?');
  const unearth = sql(
    'DELETE FROM xorca_delivery WHERE seq = ? AND dead_at IS NOT NULL RETURNING subscription, lane, event',
  );
  const lanes = sql(
    'SELECT lane FROM xorca_delivery WHERE subscription = ? AND dead_at IS NULL GROUP BY lane ORDER BY min(seq)',
  );
  const read = sql(
    'SELECT seq, event, attempts FROM xorca_delivery WHERE subscription = ? AND lane = ? AND seq > ? AND dead_at IS NULL ORDER BY seq LIMIT ?',
  );
  const dead = sql(
    'SELECT seq, event, attempts, subscription, error, dead_at FROM xorca_delivery WHERE dead_at IS NOT NULL ORDER BY seq',
  );
  return {
    insert: (subscription, lane, event) => Number(insert.run(subscription, lane, event).lastInsertRowid),
    remove: (seq) => void remove.run(seq),
    removeAll: (subscription) => void removeAll.run(subscription),
    count: (subscription) => database.read(() => (count.get(subscription) as unknown as [number])[0]),
    fail: (seq, error) => void fail.run(toSql(error), seq),
    bury: (seq, error, at) => void bury.run(toSql(error), at, seq),
    unearth(seq) {
      const row = unearth.get(seq) as [string, string, string] | undefined;
      return row && { subscription: row[0], lane: row[1], event: row[2] };
    },
    lanes: (subscription) =>
      database.read(() => lanes.all(subscription) as unknown as [string][]).map(([lane]) => lane),
    read: (subscription, lane, after, limit) =>
      database
        .read(() => read.all(subscription, lane, after, limit) as unknown as [number, string, number][])
        .map(([seq, event, attempts]) => ({ seq, event, attempts })),
    dead: () =>
      database
        .read(() => dead.all() as unknown as [number, string, number, string, unknown, number][])
        .map(([seq, event, attempts, subscription, error, deadAt]) => ({
          seq,
          event,
          attempts,
          subscription,
          error: fromSql(error),
          deadAt,
        })),
  };
}
