import type { ListQuery } from '@xorca/core';
import { toSql } from './sql-text.ts';

type SqlValue = string | number | Uint8Array;

const FILTERS: readonly (readonly [sql: string, value: (query: ListQuery) => SqlValue | undefined])[] = [
  ['orchestrator = ?', ({ orchestrator }) => (orchestrator === undefined ? undefined : toSql(orchestrator))],
  ['version = ?', ({ version }) => (version === undefined ? undefined : toSql(version))],
  ['status = ?', ({ status }) => status],
  // Not through toSql: JSON writes NUL as letters, so what json_each gives back is always a text.
  ['EXISTS (SELECT 1 FROM json_each(states) WHERE value = ?)', ({ state }) => state],
  ['stuck = ?', ({ stuck }) => (stuck === undefined ? undefined : Number(stuck))],
  ['updated_at < ?', ({ updatedBefore }) => updatedBefore],
];

/** The conditions of a list's filters, each with an AND before it, and the values of their parameters. */
export function listFilter(query: ListQuery): {
  readonly where: string;
  readonly values: readonly SqlValue[];
} {
  let where = '';
  const values: SqlValue[] = [];
  for (const [sql, read] of FILTERS) {
    const value = read(query);
    if (value === undefined) continue;
    where += ` AND ${sql}`;
    values.push(value);
  }
  return { where, values };
}
