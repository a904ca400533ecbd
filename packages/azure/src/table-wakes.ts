import { type Clock, XorcaError } from '@xorca/core';
import {
  decodeProcessId,
  encodeProcessId,
  type HintedRecord,
  type WakeHint,
  type WakeHints,
  wakeHints,
} from '@xorca/core/backend';
import { isNoEntity, type StorageTable } from './table-client.ts';
import { type Entity, PROCESS, RECORD } from './table-entity.ts';
import { queryPage } from './table-page.ts';
import { fromText, toText } from './table-text.ts';

/** How the wakes of a table are kept. */
export interface TableWakes {
  readonly shards: number;
  readonly clock: Clock;
  readonly sweepAfterMs: number;
}

// An account takes 20,000 requests a second (https://learn.microsoft.com/azure/storage/tables/scalability-targets), at most half of them for
// hints, and a partition 2,000: five would do, and eight leave room for ids that hash unevenly.
const DEFAULT_SHARDS = 8;
// `due` asks each of them at once.
const MOST_SHARDS = 100;
// As long as a runner waits until it sends once more (`resendAfter`). A process that sends with each event moves its moment each time; so it
// needs a hint a minute, and a `due` each minute looks at it once too often.
const EARLY_MS = 60_000;
// Of one shard: as many as a wake usually asks for, from all of them.
const HINTS_PER_PAGE = 100;
const WAKE = 'wake:';
const DIGITS = 16;
const LATEST = 8.64e15;

/** The number of shards that the wakes are spread over; `XORCA_CONFIG` for one that cannot be. */
export function checkedShards(wakeShards: number = DEFAULT_SHARDS): number {
  if (Number.isInteger(wakeShards) && wakeShards >= 1 && wakeShards <= MOST_SHARDS) return wakeShards;
  throw new XorcaError(
    'XORCA_CONFIG',
    `wakeShards of tableStore must be a whole number from 1 to ${MOST_SHARDS}, not ${wakeShards}.`,
  );
}

/** The hints of a table: entities of partitions of their own, whose rows are in the order of their moments. */
export function tableWakes(table: StorageTable, { shards, clock, sweepAfterMs }: TableWakes): WakeHints {
  async function look(hint: WakeHint): Promise<HintedRecord | undefined> {
    const key = [PROCESS + hint.encodedId, RECORD] as const;
    const record = await read(key, ['id', 'hint', 'wakeAt'], hint);
    if (!record) return undefined;
    const { hint: living, wakeAt } = record;
    const id = decodeProcessId(hint.encodedId) ?? idOf(record, hint) ?? idOf(await entityOf(hint), hint);
    if (id === undefined) return undefined;
    if (typeof living !== 'string') return { id, hint: hint.key, wakeAt: hint.wakeAt };
    return { id, hint: living, wakeAt: typeof wakeAt === 'number' ? wakeAt : hint.wakeAt };
  }

  // A hint whose id cannot be read back out of its key has it as a property.
  const entityOf = (hint: WakeHint) => read([partitionOf(hint.key), rowOf(hint.key)], ['id'], hint);

  async function read(
    [partitionKey, row]: readonly [string, string],
    select: string[],
    { encodedId }: WakeHint,
  ) {
    try {
      return await table.call<Entity>(
        'GetEntity',
        (client, limits) => client.getEntity(partitionKey, row, { ...limits, queryOptions: { select } }),
        decodeProcessId(encodedId),
      );
    } catch (error) {
      if (isNoEntity(error)) return undefined;
      throw error;
    }
  }

  const hints = wakeHints(
    {
      async write(key, id) {
        const encodedId = encodeProcessId(id);
        const entity = {
          partitionKey: partitionOf(key),
          rowKey: rowOf(key),
          ...(decodeProcessId(encodedId) === undefined ? { id: toText(id) } : {}),
        };
        // Nobody else has its key: what is there is what an earlier try has written.
        await table.call(
          'InsertOrReplaceEntity',
          (client, limits) => client.upsertEntity(entity, 'Replace', limits),
          id,
        );
      },
      async remove(key) {
        await table.call('DeleteEntity', (client, limits) =>
          client.deleteEntity(partitionOf(key), rowOf(key), limits),
        );
      },
      async list(now, from = '') {
        const pages = await Promise.all(
          Array.from({ length: shards }, (_, shard) => rowsOf(table, WAKE + shard, { from, now })),
        );
        // What a shard has beyond its page comes after its last row, so nothing up to the first of these is missing.
        const ends = pages.flatMap(({ rows, isWhole }) => (isWhole ? [] : (rows.at(-1) ?? [])));
        const next = ends.sort(byCode)[0];
        const rows = pages.flatMap(({ rows }) => rows).filter((row) => next === undefined || row <= next);
        const keys = rows.sort(byCode).map((row) => `wake/${row}`);
        return next === undefined ? { keys } : { keys, next };
      },
      look,
    },
    { clock, sweepAfterMs, earlyMs: EARLY_MS },
  );
  return {
    ...hints,
    before: (record, old) =>
      hints.before({ ...record, stamp: `${shardOf(record.encodedId, shards)}-${record.stamp}` }, old),
  };
}

interface Rows {
  readonly rows: readonly string[];
  readonly isWhole: boolean;
}

/** Some rows of a shard that are due, the earliest after `from`. */
async function rowsOf(
  table: StorageTable,
  shard: string,
  { from, now }: { readonly from: string; readonly now: number },
): Promise<Rows> {
  // A colon comes after the dot that follows the digits.
  const until = `${String(Math.trunc(Math.min(Math.max(now, 0), LATEST))).padStart(DIGITS, '0')}:`;
  const filter = `PartitionKey eq '${shard}' and RowKey gt '${from}' and RowKey lt '${until}'`;
  const rows: string[] = [];
  let token: string | undefined;
  // A page may be empty though more is to come.
  do {
    const page = await queryPage(table, { filter, select: ['rowKey'], top: HINTS_PER_PAGE, token });
    for (const { rowKey } of page.entities) if (typeof rowKey === 'string') rows.push(rowKey);
    token = page.next;
  } while (rows.length === 0 && token !== undefined);
  return { rows, isWhole: token === undefined };
}

// Slashes cannot be in a key: what remains of `wake/…`.
function rowOf(key: string): string {
  return key.slice('wake/'.length);
}

// The stamp at a hint's end begins with its shard, so that it is found there though there are more shards by now.
function partitionOf(key: string): string {
  const [shard] = key.slice(key.lastIndexOf('.') + 1).split('-');
  return `${WAKE}${shard}`;
}

function idOf(entity: Entity | undefined, { encodedId }: WakeHint): string | undefined {
  const id = entity?.['id'];
  try {
    return typeof id === 'string' && encodeProcessId(fromText(id)) === encodedId ? fromText(id) : undefined;
  } catch {
    return undefined;
  }
}

function byCode(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** The shard of a key: the same for all its hints. */
function shardOf(key: string, shards: number): number {
  // FNV-1a: spreads keys that differ only at their end.
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % shards;
}
