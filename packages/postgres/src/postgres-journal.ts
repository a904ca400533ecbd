import type { Journal, JournalEntry, JournalOptions } from '@xorca/core';
import {
  assertOptions,
  corruptJournal,
  encodeProcessId,
  isJournalEntry,
  retentionLimits,
} from '@xorca/core/backend';
import type { PostgresConnection, PostgresPlace } from './client.ts';
import { connect } from './connection.ts';
import { type Names, namesOf } from './names.ts';
import { fromText, toText } from './sql-text.ts';

/** Options of `postgresJournal`: the database, where its tables are, and what to keep. */
export type PostgresJournalOptions = PostgresConnection & PostgresPlace & JournalOptions;

/** A journal with a pool to close. */
export interface PostgresJournal extends Journal {
  /** Closes the pool if `postgresJournal` made it. */
  close(): Promise<void>;
}

// Steps with a context of 100 kB each are 10 MB then.
const READ_PAGE = 100;
// So many rows are deleted in some milliseconds, and whoever writes in between has to wait no longer.
const DROP_PAGE = 1_000;

/**
 * Keeps the history of processes in Postgres, one row a step; the tables are made by `createTables`. `retention.count` holds after each
 * append, `retention.age` after each `prune`.
 * Errors: `XORCA_INVALID_ID`, `XORCA_CORRUPT_RECORD`, `XORCA_UNAVAILABLE` (retryable unless the server refused the statement
 * itself), `XORCA_CONFIG`.
 *
 * @example
 * const journal = postgresJournal({ client: pool, retention: { age: '90d' } })
 */
export function postgresJournal(options: PostgresJournalOptions): PostgresJournal {
  assertOptions(options, ['client', 'url', 'schema', 'prefix', 'retention'], 'postgresJournal');
  const { count, ageMs } = retentionLimits(options.retention, 'postgresJournal');
  const sql = statements(namesOf(options, 'postgresJournal'));
  const { ask, close } = connect(options, 'postgresJournal');

  const trim = async (key: string) => (await ask(sql.dropSurplus, [key, count - 1])).length;

  async function pruneSurplus(): Promise<number> {
    let dropped = 0;
    for (let last = ''; ; ) {
      const page = await ask<KeyRow>(sql.surplus, [last, count]);
      for (const { key } of page) dropped += await trim(key);
      if (page.length < READ_PAGE) return dropped;
      last = page.at(-1)?.key ?? '';
    }
  }

  async function pruneOld(before: number): Promise<number> {
    for (let dropped = 0; ; ) {
      const rows = await ask(sql.dropOld, [before]);
      dropped += rows.length;
      if (rows.length < DROP_PAGE) return dropped;
    }
  }

  return {
    async append(id, entries) {
      const key = encodeProcessId(id);
      if (entries.length === 0) return;
      const rows = entries.map((entry) => {
        const { revision, step, at } = entry;
        return { revision, step, at, entry: JSON.stringify(entry) };
      });
      await ask(sql.insert, [key, key === id ? null : toText(id), JSON.stringify(rows)]);
      if (count < Number.POSITIVE_INFINITY) await trim(key);
    },

    async *read(id, from = 0) {
      const key = encodeProcessId(id);
      let [revision, step] = [from, -1];
      for (;;) {
        const rows = await ask<StepRow>(sql.select, [key, revision, step]);
        for (const row of rows) {
          const entry = entryOf(row, id, key);
          yield entry;
          ({ revision, step } = entry);
        }
        if (rows.length < READ_PAGE) return;
      }
    },

    async *processes() {
      for (let last = ''; ; ) {
        const page = await ask<KeyRow>(sql.processes, [last]);
        for (const { key, id } of page) yield id === null ? key : fromText(id);
        if (page.length < READ_PAGE) return;
        last = page.at(-1)?.key ?? '';
      }
    },

    async prune(now) {
      const old = ageMs < Number.POSITIVE_INFINITY ? await pruneOld(now - ageMs) : 0;
      return old + (count < Number.POSITIVE_INFINITY ? await pruneSurplus() : 0);
    },

    close,
  };
}

interface KeyRow {
  readonly key: string;
  readonly id: string | null;
}

interface StepRow {
  readonly revision: unknown;
  readonly step: unknown;
  readonly entry: string;
}

function statements({ journal }: Names) {
  // By the rows' places, which are gone through in order: two that drop the same rows do not wait for each other both ways.
  const drop = (rows: string) =>
    `DELETE FROM ${journal} WHERE ctid = ANY (ARRAY(${rows})) RETURNING 1 AS dropped`;
  return {
    // In the order of the key: two that append the same steps at once then wait for each other one way only.
    insert: `INSERT INTO ${journal} (key, id, revision, step, at, entry)
      SELECT $1, $2, revision, step, at, entry FROM json_to_recordset($3::text::json)
        AS steps (revision double precision, step double precision, at double precision, entry text)
      ORDER BY revision, step ON CONFLICT DO NOTHING`,
    select: `SELECT revision, step, entry FROM ${journal} WHERE key = $1 AND (revision, step) > ($2, $3)
      ORDER BY revision, step LIMIT ${READ_PAGE}`,
    // One step into the index for each process, however long its history.
    processes: `WITH RECURSIVE found AS (
        (SELECT key, id FROM ${journal} WHERE key > $1 ORDER BY key LIMIT 1)
        UNION ALL
        SELECT following.* FROM found CROSS JOIN LATERAL
          (SELECT key, id FROM ${journal} WHERE key > found.key ORDER BY key LIMIT 1) AS following
      ) SELECT key, id FROM found LIMIT ${READ_PAGE}`,
    surplus: `SELECT key FROM ${journal} WHERE key > $1 GROUP BY key HAVING count(*) > $2
      ORDER BY key LIMIT ${READ_PAGE}`,
    // The two below keep or drop a save whole, so both go by its revision.
    dropSurplus: drop(`SELECT ctid FROM ${journal} WHERE key = $1 AND revision <
      (SELECT revision FROM ${journal} WHERE key = $1 ORDER BY revision DESC, step DESC LIMIT 1 OFFSET $2)`),
    dropOld: drop(`SELECT ctid FROM ${journal} AS old WHERE at < $1 AND NOT EXISTS
      (SELECT 1 FROM ${journal} WHERE key = old.key AND revision = old.revision AND at >= $1) LIMIT ${DROP_PAGE}`),
  };
}

function entryOf(row: StepRow, id: string, key: string): JournalEntry {
  const [revision, step] = [Number(row.revision), Number(row.step)];
  const place = `${key}, revision ${revision}, step ${step}`;
  let entry: unknown;
  try {
    entry = JSON.parse(row.entry);
  } catch (cause) {
    throw corruptJournal(id, place, 'is no valid JSON', cause);
  }
  if (isJournalEntry(entry) && entry.revision === revision && entry.step === step) return entry;
  throw corruptJournal(id, place, 'is JSON but not that step');
}
