import type { ListQuery } from '@xorca/core';
import { toText } from './sql-text.ts';

type SqlValue = string | number | boolean;

type Filter = readonly [
  value: (query: ListQuery) => SqlValue | undefined,
  sql: (parameter: string) => string,
];

const FILTERS: readonly Filter[] = [
  [({ orchestrator }) => optional(orchestrator), (parameter) => `orchestrator = ${parameter}`],
  [({ version }) => optional(version), (parameter) => `version = ${parameter}`],
  [({ status }) => optional(status), (parameter) => `status = ${parameter}`],
  [
    ({ state }) => (state === undefined ? undefined : statesText([state])),
    // By way of text, so that no client turns the JSON into something of its own.
    (parameter) => `states @> ${parameter}::text::jsonb`,
  ],
  [({ stuck }) => stuck, (parameter) => `stuck = ${parameter}`],
  [({ updatedBefore }) => updatedBefore, (parameter) => `updated_at < ${parameter}`],
];

/** The conditions of a list's filters, each with an AND before it, and the values of their parameters, which begin with `$<first>`. */
export function listFilter(
  query: ListQuery,
  first: number,
): { readonly where: string; readonly values: readonly SqlValue[] } {
  let where = '';
  const values: SqlValue[] = [];
  for (const [read, sql] of FILTERS) {
    const value = read(query);
    if (value === undefined) continue;
    where += ` AND ${sql(`$${first + values.length}`)}`;
    values.push(value);
  }
  return { where, values };
}

/** A list of states as the JSON that the column takes. */
export function statesText(states: readonly string[]): string {
  return JSON.stringify(states.map(toText));
}

function optional(text: string | undefined): string | undefined {
  return text === undefined ? undefined : toText(text);
}
