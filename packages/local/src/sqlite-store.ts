import {
  type CloudEvent,
  type ProcessRecord,
  type ProcessStatus,
  type ProcessStore,
  type ProcessSummary,
  type Revision,
  XorcaError,
} from '@xorca/core';
import { assertOptions, checkedQuery, conflict, encodeProcessId } from '@xorca/core/backend';
import { fromSql, toSql } from './sql-text.ts';
import { type SqliteDatabase, sqliteDatabase } from './sqlite-database.ts';
import { listFilter } from './sqlite-list-filter.ts';
import type { TransactionalPublisher } from './transactional-publisher.ts';

/** Options of `sqliteStore`: a file's path, or a database that is open already. */
export type SqliteStoreOptions =
  | { readonly path: string }
  | {
      readonly database: SqliteDatabase;
      /** The bus in the same database: a save then takes its effects along in its own transaction. */
      readonly bus?: TransactionalPublisher;
    };

/** A process store with a file to close. */
export interface SqliteStore extends ProcessStore {
  /** Closes the file if `sqliteStore` opened it. */
  close(): void;
}

const SUMMARY = 'key, id, orchestrator, version, status, states, stuck, revision, wake_at, updated_at';
const SELECT = `SELECT ${SUMMARY}, seq, saves, body FROM xorca_process WHERE key = ?`;
const INSERT = `INSERT INTO xorca_process
  (orchestrator, version, status, states, stuck, revision, wake_at, updated_at, body, key, id, saves)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1) ON CONFLICT DO NOTHING`;
const UPDATE = `UPDATE xorca_process SET orchestrator = ?, version = ?, status = ?, states = ?, stuck = ?,
  revision = ?, wake_at = ?, updated_at = ?, body = ?, saves = saves + 1 WHERE key = ? AND seq = ? AND saves = ?`;
const DUE = `SELECT key, id FROM xorca_process WHERE wake_at IS NOT NULL AND wake_at <= ? ORDER BY wake_at, seq LIMIT ?`;

/**
 * Keeps processes in a SQLite file, which many processes of one machine may share. One conditional statement is one save; saves
 * of one turn of the event loop share one fsync. `due` and `list` are exact.
 * Errors: `XORCA_CONFLICT`, `XORCA_INVALID_ID`, `XORCA_UNAVAILABLE` (retryable: busy for 5 s, disk full), `XORCA_CONFIG`.
 *
 * @example
 * const store = sqliteStore({ path: 'data/xorca.db' })
 */
export function sqliteStore(options: SqliteStoreOptions): SqliteStore {
  assertOptions(options, ['path', 'database', 'bus'], 'sqliteStore');
  const database = 'database' in options ? options.database : sqliteDatabase(options);
  const bus = 'bus' in options ? options.bus : undefined;
  if (bus && bus.database !== database) {
    throw new XorcaError(
      'XORCA_CONFIG',
      'sqliteStore has a bus that lies in another database. Give both the same database object.',
    );
  }
  const select = database.prepare(SELECT);
  const insert = database.prepare(INSERT);
  const update = database.prepare(UPDATE);
  const due = database.prepare(DUE);
  const remove = database.prepare('DELETE FROM xorca_process WHERE key = ?');

  return {
    ...(bus ? { carries: bus } : {}),

    async load(id) {
      const row = database.read(() => select.get(encodeProcessId(id))) as Row | undefined;
      if (!row) return undefined;
      return { record: { ...summaryOf(row), body: fromSql(row[12]) }, revision: `${row[10]}.${row[11]}` };
    },

    async save(record, expected, effects) {
      const key = encodeProcessId(record.id);
      const columns = columnsOf(record);
      const [seq = null, saves = null] = readRevision(expected);
      const write = (): Revision => {
        if (expected === undefined) {
          const rawId = key === record.id ? null : toSql(record.id);
          const { changes, lastInsertRowid } = insert.run(...columns, key, rawId);
          if (changes !== 0) return `${lastInsertRowid}.1`;
        } else if (update.run(...columns, key, seq, saves).changes !== 0) {
          return `${seq}.${Number(saves) + 1}`;
        }
        throw conflict(record.id, expected);
      };
      return bus && effects && effects.length > 0 ? carry(bus, write, effects) : database.commit(write);
    },

    async due(now, limit) {
      const rows = database.read(() => due.all(now, Math.max(0, limit))) as unknown as [string, unknown][];
      return rows.map(([key, id]) => (id === null ? key : fromSql(id)));
    },

    async list(query) {
      const checked = checkedQuery(query);
      const { limit, cursor = '' } = checked;
      const { where, values } = listFilter(checked);
      const sql = `SELECT ${SUMMARY} FROM xorca_process WHERE key > ?${where} ORDER BY key LIMIT ?`;
      const rows = database.read(() =>
        database.prepare(sql).all(cursor, ...values, limit + 1),
      ) as unknown as Row[];
      const items = rows.slice(0, limit).map(summaryOf);
      const last = rows[limit - 1];
      return rows.length > limit && last ? { items, next: last[0] } : { items };
    },

    async delete(id) {
      const key = encodeProcessId(id);
      await database.commit(() => remove.run(key));
    },

    close() {
      if (!('database' in options)) database.close();
    },
  };

  async function carry(
    publisher: TransactionalPublisher,
    write: () => Revision,
    effects: readonly CloudEvent[],
  ): Promise<Revision> {
    const { insert: enqueue, committed } = publisher.carry(effects);
    const revision = await database.commit(
      () => {
        const written = write();
        enqueue();
        return written;
      },
      { savepoint: true },
    );
    committed();
    return revision;
  }
}

type Row = readonly [
  key: string,
  id: unknown,
  orchestrator: unknown,
  version: unknown,
  status: ProcessStatus,
  states: string,
  stuck: number,
  revision: number,
  wakeAt: number | null,
  updatedAt: number,
  seq: number,
  saves: number,
  body: unknown,
];

function columnsOf(record: ProcessRecord) {
  const { orchestrator, version, status, revision, wakeAt, updatedAt, body } = record;
  return [
    toSql(orchestrator),
    toSql(version),
    status,
    JSON.stringify(record.states),
    record.stuck ? 1 : 0,
    revision,
    wakeAt,
    updatedAt,
    toSql(body),
  ] as const;
}

// The row's number, never given twice, and how often it was saved: so a revision comes back neither after an equal
// record nor after delete and recreate.
function readRevision(revision: Revision | undefined): number[] {
  return revision === undefined ? [] : String(revision).split('.').map(Number);
}

function summaryOf(row: Row): ProcessSummary {
  const [key, id, orchestrator, version, status, states, stuck, revision, wakeAt, updatedAt] = row;
  return {
    id: id === null ? key : fromSql(id),
    orchestrator: fromSql(orchestrator),
    version: fromSql(version),
    status,
    states: JSON.parse(states) as string[],
    stuck: stuck === 1,
    revision,
    wakeAt,
    updatedAt,
  };
}
