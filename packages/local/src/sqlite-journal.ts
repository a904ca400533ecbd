import type { Journal, JournalEntry, JournalOptions } from '@xorca/core';
import {
  assertOptions,
  corruptJournal,
  encodeProcessId,
  isJournalEntry,
  retentionLimits,
} from '@xorca/core/backend';
import { fromSql, toSql } from './sql-text.ts';
import { type SqliteDatabase, sqliteDatabase } from './sqlite-database.ts';

/** Options of `sqliteJournal`: a file's path, or a database that is open already, and what to keep. */
export type SqliteJournalOptions = JournalOptions &
  ({ readonly path: string } | { readonly database: SqliteDatabase });

/** A journal with a file to close. */
export interface SqliteJournal extends Journal {
  /** Closes the file if `sqliteJournal` opened it. */
  close(): void;
}

// A read or a write of so many rows holds the event loop for some milliseconds, and others may go on in between.
const PAGE = 200;

const INSERT = `INSERT INTO xorca_journal (key, revision, step, at, id, entry) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT DO NOTHING`;
const SELECT = `SELECT revision, step, entry FROM xorca_journal WHERE key = ? AND (revision, step) > (?, ?)
  ORDER BY revision, step LIMIT ${PAGE}`;
// One step into the index for each process, however long its history.
const NEXT_PROCESS = 'SELECT key, id FROM xorca_journal WHERE key > ? ORDER BY key LIMIT 1';
const COUNTS = `SELECT key, count(*) FROM xorca_journal WHERE key > ? GROUP BY key ORDER BY key LIMIT ${PAGE}`;
// The two below keep or drop a save whole, so both go by its revision.
const DROP_SURPLUS = `DELETE FROM xorca_journal WHERE key = ? AND revision <
  (SELECT revision FROM xorca_journal WHERE key = ? ORDER BY revision DESC, step DESC LIMIT 1 OFFSET ?)`;
const DROP_OLD = `DELETE FROM xorca_journal WHERE rowid IN
  (SELECT rowid FROM xorca_journal AS old WHERE at < ? AND NOT EXISTS
    (SELECT 1 FROM xorca_journal WHERE key = old.key AND revision = old.revision AND at >= ?) LIMIT ${PAGE})`;

/**
 * Keeps the history of processes in a SQLite file, one row a step; the file may be that of `sqliteStore` and `localBus`.
 * Appends of one turn of the event loop share one fsync with each other and with saves. `retention.count` holds after each append,
 * `retention.age` after each `prune`.
 * Errors: `XORCA_INVALID_ID`, `XORCA_CORRUPT_RECORD`, `XORCA_UNAVAILABLE` (retryable: busy for 5 s, disk full), `XORCA_CONFIG`.
 *
 * @example
 * const journal = sqliteJournal({ path: 'data/xorca.db', retention: { age: '90d' } })
 */
export function sqliteJournal(options: SqliteJournalOptions): SqliteJournal {
  assertOptions(options, ['path', 'database', 'retention'], 'sqliteJournal');
  const { count, ageMs } = retentionLimits(options.retention, 'sqliteJournal');
  const database = 'database' in options ? options.database : sqliteDatabase({ path: options.path });
  const insert = database.prepare(INSERT);
  const select = database.prepare(SELECT);
  const nextProcess = database.prepare(NEXT_PROCESS);
  const counts = database.prepare(COUNTS);
  const dropSurplus = database.prepare(DROP_SURPLUS);
  const dropOld = database.prepare(DROP_OLD);

  // Gives how many rows went. Nothing goes while there are no more than `count`: then the subquery has no row.
  const trim = (key: string) => Number(dropSurplus.run(key, key, count - 1).changes);

  async function pruneSurplus(): Promise<number> {
    let dropped = 0;
    let last = '';
    for (;;) {
      const page = database.read(() => counts.all(last)) as unknown as [key: string, rows: number][];
      const full = page.filter(([, rows]) => rows > count);
      if (full.length > 0) {
        dropped += await database.commit(() => full.reduce((sum, [key]) => sum + trim(key), 0), {
          savepoint: true,
        });
      }
      if (page.length < PAGE) return dropped;
      last = page.at(-1)?.[0] ?? '';
    }
  }

  async function pruneOld(before: number): Promise<number> {
    for (let dropped = 0; ; ) {
      const changes = await database.commit(() => Number(dropOld.run(before, before).changes));
      dropped += changes;
      if (changes < PAGE) return dropped;
    }
  }

  return {
    async append(id, entries) {
      const key = encodeProcessId(id);
      const rawId = key === id ? null : toSql(id);
      const rows = entries.map(
        (entry) => [key, entry.revision, entry.step, entry.at, rawId, JSON.stringify(entry)] as const,
      );
      if (rows.length === 0) return;
      await database.commit(
        () => {
          for (const row of rows) insert.run(...row);
          if (count < Number.POSITIVE_INFINITY) trim(key);
        },
        { savepoint: true },
      );
    },

    async *read(id, from = 0) {
      const key = encodeProcessId(id);
      let [revision, step] = [from, -1];
      for (;;) {
        const rows = database.read(() => select.all(key, revision, step)) as unknown as Row[];
        for (const row of rows) {
          yield entryOf(row, id, key);
          [revision, step] = row;
        }
        if (rows.length < PAGE) return;
      }
    },

    async *processes() {
      let key = '';
      for (;;) {
        const row = database.read(() => nextProcess.get(key)) as [key: string, id: unknown] | undefined;
        if (!row) return;
        key = row[0];
        yield row[1] === null ? key : fromSql(row[1]);
      }
    },

    async prune(now) {
      const old = ageMs < Number.POSITIVE_INFINITY ? await pruneOld(now - ageMs) : 0;
      return old + (count < Number.POSITIVE_INFINITY ? await pruneSurplus() : 0);
    },

    close() {
      if (!('database' in options)) database.close();
    },
  };
}

type Row = readonly [revision: number, step: number, entry: unknown];

function entryOf([revision, step, text]: Row, id: string, key: string): JournalEntry {
  const place = `${key}, revision ${revision}, step ${step}`;
  let entry: unknown;
  try {
    entry = JSON.parse(String(text));
  } catch (cause) {
    throw corruptJournal(id, place, 'is no valid JSON', cause);
  }
  if (isJournalEntry(entry) && entry.revision === revision && entry.step === step) return entry;
  throw corruptJournal(id, place, 'is JSON but not that step');
}
