import type { CloudEvent, EventPublisher } from '@xorca/core';
import type { SqliteDatabase } from './sqlite-database.ts';

/** Events that are ready to go into a transaction of somebody else's. */
export interface CarriedEvents {
  /** Writes them; call it within the transaction. */
  insert(): void;
  /** Makes them move; call it once the transaction is on the disk. */
  committed(): void;
}

/** A publisher whose queue lies in a SQLite database, so that another write there can take events along. */
export interface TransactionalPublisher extends EventPublisher {
  readonly database: SqliteDatabase;
  /** Prepares events; throws `PublishError` when it would refuse any of them. */
  carry(events: readonly CloudEvent[]): CarriedEvents;
}
