import { XorcaError } from '../errors.ts';
import type { ListQuery, ProcessRecord, ProcessSummary } from '../ports.ts';

/** Items on a page when the query names no limit: one screen of a list for people. */
const DEFAULT_PAGE = 50;

/** The page size a query asks for. Default 50; `XORCA_CONFIG` unless it is a whole number of at least 1. */
export function pageSize(query: ListQuery): number {
  const limit = query.limit ?? DEFAULT_PAGE;
  if (Number.isSafeInteger(limit) && limit >= 1) return limit;
  throw new XorcaError('XORCA_CONFIG', `limit of a list must be a whole number of at least 1, not ${limit}.`);
}

/** Whether every filter that the query names holds for the record. */
export function matchesQuery(record: ProcessSummary, query: ListQuery): boolean {
  return (
    (query.orchestrator === undefined || record.orchestrator === query.orchestrator) &&
    (query.version === undefined || record.version === query.version) &&
    (query.status === undefined || record.status === query.status)
  );
}

/** A record without its body. */
export function summaryOf(record: ProcessRecord): ProcessSummary {
  const { id, orchestrator, version, status, revision, wakeAt, updatedAt } = record;
  return { id, orchestrator, version, status, revision, wakeAt, updatedAt };
}
