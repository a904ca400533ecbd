import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** One thing that a service did for an order. */
export interface Entry {
  readonly orderId: string;
  /** What was done: `charge`, `refund`, … */
  readonly kind: string;
  readonly item: string;
  /** Pieces or cents. 0: there was nothing to undo, but what comes later is undone already. */
  readonly amount: number;
  /** How often it was to be booked: more than once after a crash or a command sent again. */
  readonly asked: number;
}

/** A service's book, and the only truth about what it did. */
export interface Ledger {
  /** Books it, unless the order has an entry of this kind already. Done at once: it is on the disk when this returns. */
  book(entry: Omit<Entry, 'asked'>): void;
  find(orderId: string, kind: string): Entry | undefined;
  /** Sum of the amounts of a kind for an item. */
  total(item: string, kind: string): number;
  entries(): readonly Entry[];
  close(): void;
}

/**
 * A ledger in a SQLite file of its own. A fleet's answer book cannot know what was done in the moment before a crash; the key
 * (order, kind) does, and it holds for a command that was sent a second time under another id.
 */
export function openLedger(path: string): Ledger {
  mkdirSync(dirname(path), { recursive: true });
  const db = new DatabaseSync(path);
  db.exec(`
    PRAGMA journal_mode = WAL;
    CREATE TABLE IF NOT EXISTS entry (
      seq INTEGER PRIMARY KEY, orderId TEXT NOT NULL, kind TEXT NOT NULL, item TEXT NOT NULL, amount INTEGER NOT NULL,
      asked INTEGER NOT NULL DEFAULT 1, UNIQUE (orderId, kind)
    ) STRICT;
  `);
  const insert = db.prepare(`
    INSERT INTO entry (orderId, kind, item, amount) VALUES (?, ?, ?, ?)
    ON CONFLICT (orderId, kind) DO UPDATE SET asked = asked + 1
  `);
  const columns = 'orderId, kind, item, amount, asked';
  const one = db.prepare(`SELECT ${columns} FROM entry WHERE orderId = ? AND kind = ?`);
  const sum = db.prepare('SELECT coalesce(sum(amount), 0) AS total FROM entry WHERE item = ? AND kind = ?');
  const all = db.prepare(`SELECT ${columns} FROM entry ORDER BY seq`);
  return {
    book: ({ orderId, kind, item, amount }) => void insert.run(orderId, kind, item, amount),
    find: (orderId, kind) => one.get(orderId, kind) as Entry | undefined,
    total: (item, kind) => Number(sum.get(item, kind)?.['total'] ?? 0),
    entries: () => all.all().map((row) => ({ ...row })) as unknown as Entry[],
    close: () => db.close(),
  };
}
