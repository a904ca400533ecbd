import { XorcaError } from '../errors.ts';
import { assertOptions } from '../options.ts';
import type { ListQuery, ProcessRecord, ProcessSummary } from '../ports.ts';

/** Items on a page when the query names no limit: one screen of a list for people. */
const DEFAULT_PAGE = 50;

const TEXTS = ['orchestrator', 'version', 'status', 'state', 'cursor'] as const;
const FIELDS: readonly (keyof ListQuery)[] = [...TEXTS, 'stuck', 'updatedBefore', 'limit'];

/** A query whose filters are all known and of their type, with the size of its pages. */
export type CheckedQuery = ListQuery & { readonly limit: number };

/**
 * What every store's `list` does first: `XORCA_CONFIG` for a filter that does not exist (naming the nearest one: a typing error
 * must not show everything) or that has not its type. `limit` is 50 when the query names none, a whole number of at least 1.
 */
export function checkedQuery(query: ListQuery): CheckedQuery {
  assertOptions(query, FIELDS, 'list');
  const { limit = DEFAULT_PAGE, stuck, updatedBefore } = query;
  for (const name of TEXTS) {
    assertFilter(query[name] === undefined || typeof query[name] === 'string', name, 'a text', query[name]);
  }
  assertFilter(stuck === undefined || typeof stuck === 'boolean', 'stuck', 'true or false', stuck);
  assertFilter(
    updatedBefore === undefined || Number.isFinite(updatedBefore),
    'updatedBefore',
    'a moment in epoch milliseconds',
    updatedBefore,
  );
  assertFilter(
    Number.isSafeInteger(limit) && limit >= 1,
    'limit',
    'a whole number of at least 1',
    query.limit,
  );
  return { ...query, limit };
}

/** Whether every filter that the query names holds for the record. */
export function matchesQuery(record: ProcessSummary, query: ListQuery): boolean {
  return (
    (query.orchestrator === undefined || record.orchestrator === query.orchestrator) &&
    (query.version === undefined || record.version === query.version) &&
    (query.status === undefined || record.status === query.status) &&
    (query.stuck === undefined || record.stuck === query.stuck) &&
    (query.updatedBefore === undefined || record.updatedAt < query.updatedBefore) &&
    (query.state === undefined || record.states.includes(query.state))
  );
}

/** A record without its body. */
export function summaryOf(record: ProcessRecord): ProcessSummary {
  const { id, orchestrator, version, status, states, stuck, revision, wakeAt, updatedAt } = record;
  return { id, orchestrator, version, status, states, stuck, revision, wakeAt, updatedAt };
}

function assertFilter(holds: boolean, name: string, what: string, value: unknown): void {
  if (holds) return;
  const shown = typeof value === 'number' ? String(value) : JSON.stringify(value);
  throw new XorcaError('XORCA_CONFIG', `${name} of a list must be ${what}, not ${shown}.`);
}
