import type { SqliteDatabase } from './sqlite-database.ts';

/** The subscriptions that a file knows. `put` and `remove` must run in a write of the database. */
export interface SubscriptionTable {
  all(): readonly { readonly name: string; readonly types: readonly string[] }[];
  put(name: string, types: readonly string[]): void;
  remove(name: string): void;
}

/** The subscriptions in a database's file. */
export function subscriptionTable(database: SqliteDatabase): SubscriptionTable {
  const all = database.prepare('SELECT name, types FROM xorca_subscription ORDER BY name');
  const put = database.prepare(
    'INSERT INTO xorca_subscription (name, types) VALUES (?, ?) ON CONFLICT DO UPDATE SET types = excluded.types',
  );
  const remove = database.prepare('DELETE FROM xorca_subscription WHERE name = ?');
  return {
    all: () =>
      database
        .read(() => all.all() as unknown as [string, string][])
        .map(([name, types]) => ({ name, types: JSON.parse(types) as string[] })),
    // JSON keeps every text whole, one with NUL in it too.
    put: (name, types) => void put.run(name, JSON.stringify(types)),
    remove: (name) => void remove.run(name),
  };
}
