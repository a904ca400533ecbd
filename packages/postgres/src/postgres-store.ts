import type { ProcessRecord, ProcessStatus, ProcessStore, ProcessSummary, Revision } from '@xorca/core';
import { assertOptions, checkedQuery, conflict, encodeProcessId } from '@xorca/core/backend';
import { assertBodySize } from './body-size.ts';
import type { PostgresConnection, PostgresPlace } from './client.ts';
import { connect } from './connection.ts';
import { listFilter, statesText } from './list-filter.ts';
import { type Names, namesOf } from './names.ts';
import { fromText, toText } from './sql-text.ts';

/** Options of `postgresStore`: the database, and where its tables are. */
export type PostgresStoreOptions = PostgresConnection & PostgresPlace;

/** A process store with a pool to close. */
export interface PostgresStore extends ProcessStore {
  /** Closes the pool if `postgresStore` made it. */
  close(): Promise<void>;
}

/**
 * Keeps processes in Postgres, 12 or later; the tables are made by `createTables`. One conditional statement is one save, so any
 * number of programs may share a database without a lock. `due` and `list` are exact.
 * Errors: `XORCA_CONFLICT`, `XORCA_INVALID_ID`, `XORCA_STATE_TOO_LARGE`, `XORCA_UNAVAILABLE` (retryable unless the server refused the
 * statement itself), `XORCA_CONFIG` (options; no tables; a database that is not UTF-8).
 *
 * @example
 * const store = postgresStore({ client: new Pool({ connectionString: process.env.DATABASE_URL }) })
 */
export function postgresStore(options: PostgresStoreOptions): PostgresStore {
  assertOptions(options, ['client', 'url', 'schema', 'prefix'], 'postgresStore');
  const sql = statements(namesOf(options, 'postgresStore'));
  const { ask, close } = connect(options, 'postgresStore');

  async function create(record: ProcessRecord, key: string): Promise<Revision | undefined> {
    const id = key === record.id ? null : toText(record.id);
    const [row] = await ask<{ seq: unknown }>(sql.insert, [key, ...columnsOf(record), id]);
    return row && `${row.seq}.1`;
  }

  async function update(
    record: ProcessRecord,
    key: string,
    expected: Revision,
  ): Promise<Revision | undefined> {
    const [, seq, saves] = REVISION.exec(String(expected)) ?? [];
    // A revision of some other store: nobody has it.
    if (saves === undefined) return undefined;
    const rows = await ask(sql.update, [key, ...columnsOf(record), seq, saves]);
    return rows.length > 0 ? `${seq}.${Number(saves) + 1}` : undefined;
  }

  return {
    async load(id) {
      const [row] = await ask<StoredRow>(sql.select, [encodeProcessId(id)]);
      return (
        row && {
          record: { ...summaryOf(row), body: fromText(row.body) },
          revision: `${row.seq}.${row.saves}`,
        }
      );
    },

    async save(record, expected) {
      const key = encodeProcessId(record.id);
      assertBodySize(record);
      const revision = await (expected === undefined ? create(record, key) : update(record, key, expected));
      if (revision === undefined) throw conflict(record.id, expected);
      return revision;
    },

    async due(now, limit) {
      const most = Math.min(Math.max(0, Math.trunc(limit)), Number.MAX_SAFE_INTEGER);
      const rows = await ask<KeyRow>(sql.due, [now, most]);
      return rows.map(idOf);
    },

    async list(query) {
      const checked = checkedQuery(query);
      const { limit, cursor = '' } = checked;
      const { where, values } = listFilter(checked, 3);
      const rows = await ask<SummaryRow>(sql.list(where), [toText(cursor), limit + 1, ...values]);
      const items = rows.slice(0, limit).map(summaryOf);
      const last = rows[limit - 1];
      return rows.length > limit && last ? { items, next: last.key } : { items };
    },

    async delete(id) {
      await ask(sql.remove, [encodeProcessId(id)]);
    },

    close,
  };
}

interface KeyRow {
  readonly key: string;
  /** Only where the key does not say it. */
  readonly id: string | null;
}

// Numbers come as numbers or as texts, as the client likes.
interface SummaryRow extends KeyRow {
  readonly orchestrator: string;
  readonly version: string;
  readonly status: ProcessStatus;
  readonly states: string;
  readonly stuck: boolean;
  readonly revision: unknown;
  readonly wake_at: unknown;
  readonly updated_at: unknown;
}

interface StoredRow extends SummaryRow {
  readonly seq: unknown;
  readonly saves: unknown;
  readonly body: string;
}

// The row's number, never given twice, and how often it was saved: so a revision comes back neither after an equal record nor after
// delete and recreate. 18 digits are within a bigint.
const REVISION = /^(\d{1,18})\.(\d{1,18})$/;

function statements({ process }: Names) {
  const columns = 'orchestrator, version, status, states, stuck, revision, wake_at, updated_at';
  const summary = `key, id, ${columns.replace('states', 'states::text AS states')}`;
  return {
    select: `SELECT ${summary}, seq, saves, body FROM ${process} WHERE key = $1`,
    insert: `INSERT INTO ${process} (key, ${columns}, body, id, saves)
      VALUES ($1, $2, $3, $4, $5::text::jsonb, $6, $7, $8, $9, $10, $11, 1) ON CONFLICT DO NOTHING RETURNING seq`,
    // A writer that waited for another one's row looks at it again, as it is then: with the other's `saves` it is not updated.
    update: `UPDATE ${process} SET (${columns}, body, saves)
      = ($2, $3, $4, $5::text::jsonb, $6, $7, $8, $9, $10, saves + 1)
      WHERE key = $1 AND seq = $11 AND saves = $12 RETURNING seq`,
    due: `SELECT key, id FROM ${process} WHERE wake_at <= $1 ORDER BY wake_at, seq LIMIT $2`,
    list: (where: string) => `SELECT ${summary} FROM ${process} WHERE key > $1${where} ORDER BY key LIMIT $2`,
    remove: `DELETE FROM ${process} WHERE key = $1`,
  };
}

function columnsOf(record: ProcessRecord): readonly unknown[] {
  return [
    toText(record.orchestrator),
    toText(record.version),
    record.status,
    statesText(record.states),
    record.stuck,
    record.revision,
    record.wakeAt,
    record.updatedAt,
    toText(record.body),
  ];
}

function summaryOf(row: SummaryRow): ProcessSummary {
  return {
    id: idOf(row),
    orchestrator: fromText(row.orchestrator),
    version: fromText(row.version),
    status: row.status,
    states: (JSON.parse(row.states) as string[]).map(fromText),
    stuck: row.stuck,
    revision: Number(row.revision),
    wakeAt: row.wake_at === null ? null : Number(row.wake_at),
    updatedAt: Number(row.updated_at),
  };
}

function idOf({ key, id }: KeyRow): string {
  return id === null ? key : fromText(id);
}
