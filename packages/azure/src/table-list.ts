import { isXorcaError, type ListQuery, type Page, type ProcessSummary, XorcaError } from '@xorca/core';
import { type CheckedQuery, checkedQuery, matchesQuery } from '@xorca/core/backend';
import type { StorageTable } from './table-client.ts';
import { type Entity, PROCESS, SUMMARY, summaryOfEntity } from './table-entity.ts';
import { queryPage } from './table-page.ts';
import { toText } from './table-text.ts';

// Each reads up to 1,000 processes, or five seconds: then a page is given out though it is short, and a person sees that the search goes on.
const QUERIES_OF_A_PAGE = 10;
// What Azure cannot filter is filtered here, so more is read than is wanted.
const LARGEST_PAGE = 1_000;
const FEWEST_READ = 50;
// A filter is part of a URL; what is longer is compared here alone.
const LONGEST_FILTER = 200;
// Far more than Azure's.
const LONGEST_CURSOR = 8_192;

/** Where a list goes on: after a process, and there with the rest of the query that ended so. */
interface Position {
  readonly after: string;
  readonly token: string | undefined;
}

/** A page of what is in the table, in the order of its keys; it may be short and have a `next`. */
export async function listPage(table: StorageTable, query: ListQuery): Promise<Page<ProcessSummary>> {
  const checked = checkedQuery(query);
  const { limit, cursor } = checked;
  const items: ProcessSummary[] = [];
  let at: Position = cursor === undefined ? { after: PROCESS, token: undefined } : readCursor(cursor);
  for (let queries = 0; queries < QUERIES_OF_A_PAGE && items.length < limit; queries++) {
    const { entities, next } = await queryPage(table, {
      filter: filterOf(checked, at.after),
      select: SUMMARY,
      top: Math.min(Math.max(limit - items.length, FEWEST_READ) + 1, LARGEST_PAGE),
      token: at.token,
    });
    let last = at.after;
    for (const entity of entities) {
      if (items.length === limit) return { items, next: writeCursor({ after: last, token: undefined }) };
      const summary = readable(entity, table.name);
      if (summary && matchesQuery(summary, checked)) items.push(summary);
      last = String(entity['partitionKey']);
    }
    if (next === undefined) return { items };
    at = { after: at.after, token: next };
  }
  return { items, next: writeCursor(at) };
}

function filterOf(query: CheckedQuery, after: string): string {
  const { orchestrator, version, status, stuck, updatedBefore } = query;
  const all = [
    `PartitionKey gt '${after}'`,
    // The character after the colon.
    `PartitionKey lt '${PROCESS.slice(0, -1)};'`,
    equals('orchestrator', orchestrator),
    equals('version', version),
    equals('status', status),
    stuck === undefined ? undefined : `stuck eq ${stuck}`,
    Number.isSafeInteger(updatedBefore) ? `updatedAt lt ${updatedBefore}.0` : undefined,
  ];
  return all.filter((one) => one !== undefined).join(' and ');
}

function equals(property: string, value: string | undefined): string | undefined {
  if (value === undefined || value.length > LONGEST_FILTER) return undefined;
  return `${property} eq '${toText(value).replaceAll("'", "''")}'`;
}

// A damaged entity is no process that a list could show; loading it says what is wrong.
function readable(entity: Entity, table: string): ProcessSummary | undefined {
  try {
    return summaryOfEntity(entity, table);
  } catch (error) {
    if (!isXorcaError(error, 'XORCA_CORRUPT_RECORD')) throw error;
    return undefined;
  }
}

function writeCursor({ after, token = '' }: Position): string {
  return Buffer.from(`${after}|${token}`, 'utf8').toString('base64url');
}

function readCursor(cursor: string): Position {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const [, after, token] = /^(process:[a-z0-9_=~-]*)\|([A-Za-z0-9+/]*=*)$/.exec(text) ?? [];
  const position = after === undefined ? undefined : { after, token: token || undefined };
  if (position && cursor.length <= LONGEST_CURSOR && writeCursor(position) === cursor) return position;
  throw new XorcaError(
    'XORCA_CONFIG',
    `cursor of a list must be the next of an earlier page, not ${JSON.stringify(cursor.slice(0, 100))}.`,
  );
}
