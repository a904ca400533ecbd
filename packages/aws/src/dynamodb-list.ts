import type { ScanCommandOutput } from '@aws-sdk/client-dynamodb';
import { isXorcaError, type ListQuery, type Page, type ProcessSummary, XorcaError } from '@xorca/core';
import { checkedQuery, matchesQuery } from '@xorca/core/backend';
import type { DynamodbTable } from './dynamodb-client.ts';
import { type Item, PROCESS, SUMMARY, summaryOfItem } from './dynamodb-item.ts';
import { toText } from './dynamodb-text.ts';

// Each reads up to 1 MB of the table, some 250 processes of 4 KB: then a page is given out though it is short, and a person sees
// after a second or two that the search goes on.
const SCANS_OF_A_PAGE = 10;
// Without a filter a scan need not read a whole MB for a page. Locks lie among the processes, so a few more than are wanted.
const FEWEST_READ = 50;
// The longest hash key of DynamoDB.
const LONGEST_KEY = 2_048;

type Condition = readonly [name: string, sql: string, value: Item[string]];

/** A page of what is in the table, in the order of DynamoDB; it may be short and have a `next`. */
export async function listPage(table: DynamodbTable, query: ListQuery): Promise<Page<ProcessSummary>> {
  const checked = checkedQuery(query);
  const { limit, cursor } = checked;
  const conditions = conditionsOf(checked);
  const items: ProcessSummary[] = [];
  let from = cursor === undefined ? undefined : { pk: { S: readCursor(cursor) } };
  for (let scans = 0; scans < SCANS_OF_A_PAGE; scans++) {
    const page = await scan(table, conditions, from, {
      limit: conditions.length > 1 ? undefined : Math.max(limit - items.length, FEWEST_READ),
    });
    for (const item of page.Items ?? []) {
      const summary = readable(item, table.name);
      if (!summary || !matchesQuery(summary, checked)) continue;
      if (items.length === limit) return { items, next: writeCursor(from?.pk.S) };
      items.push(summary);
      from = { pk: { S: item['pk']?.S ?? '' } };
    }
    const last = page.LastEvaluatedKey?.['pk']?.S;
    if (last === undefined) return { items };
    from = { pk: { S: last } };
    if (items.length === limit) break;
  }
  return { items, next: writeCursor(from?.pk.S) };
}

function scan(
  table: DynamodbTable,
  conditions: readonly Condition[],
  from: Item | undefined,
  { limit }: { readonly limit: number | undefined },
): Promise<ScanCommandOutput> {
  const names = [...SUMMARY, ...conditions.map(([name]) => name)];
  return table.send<ScanCommandOutput>(
    'Scan',
    (sdk) =>
      new sdk.ScanCommand({
        TableName: table.name,
        ProjectionExpression: SUMMARY.map((name) => `#${name}`).join(', '),
        FilterExpression: conditions.map(([, expression]) => expression).join(' AND '),
        ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: Object.fromEntries(
          conditions.map(([name, , value]) => [`:${name}`, value]),
        ),
        ExclusiveStartKey: from,
        Limit: limit,
      }),
  );
}

function conditionsOf(query: ListQuery): readonly Condition[] {
  const { orchestrator, version, status, state, stuck, updatedBefore } = query;
  const all: (Condition | undefined)[] = [
    ['pk', 'begins_with(#pk, :pk)', { S: PROCESS }],
    equals('orchestrator', orchestrator),
    equals('version', version),
    equals('status', status),
    state === undefined ? undefined : ['states', 'contains(#states, :states)', { S: toText(state) }],
    stuck === undefined ? undefined : ['stuck', '#stuck = :stuck', { BOOL: stuck }],
    updatedBefore === undefined
      ? undefined
      : ['updatedAt', '#updatedAt < :updatedAt', { N: String(updatedBefore) }],
  ];
  return all.filter((one) => one !== undefined);
}

function equals(name: string, text: string | undefined): Condition | undefined {
  return text === undefined ? undefined : [name, `#${name} = :${name}`, { S: toText(text) }];
}

// A damaged item is no process that a list could show; loading it says what is wrong.
function readable(item: Item, table: string): ProcessSummary | undefined {
  try {
    return summaryOfItem(item, table);
  } catch (error) {
    if (!isXorcaError(error, 'XORCA_CORRUPT_RECORD')) throw error;
    return undefined;
  }
}

function writeCursor(key = ''): string {
  return Buffer.from(key, 'utf8').toString('base64url');
}

function readCursor(cursor: string): string {
  const key = Buffer.from(cursor, 'base64url').toString('utf8');
  if (key !== '' && writeCursor(key) === cursor && Buffer.byteLength(key) <= LONGEST_KEY) return key;
  throw new XorcaError(
    'XORCA_CONFIG',
    `cursor of a list must be the next of an earlier page, not ${JSON.stringify(cursor.slice(0, 100))}.`,
  );
}
