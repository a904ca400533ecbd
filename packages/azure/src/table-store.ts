import { type Clock, type ProcessStore, XorcaError } from '@xorca/core';
import { assertOptions } from '@xorca/core/backend';
import {
  type ClaimCheckStore,
  type CompressOptions,
  compress,
  type ObjectStorage,
  withClaimCheck,
  withCodec,
} from '@xorca/core/codec';
import { CONNECTION_OPTIONS } from './azure-client.ts';
import { storageTable, type TablePlace } from './table-client.ts';
import { tableRecords } from './table-records.ts';
import { checkedShards } from './table-wakes.ts';

/** Where bodies go that are too large for an entity. */
export interface TableOverflow {
  /** `blobObjects({ container })`, or any other object storage. */
  readonly objects: ObjectStorage;
  /** Bodies of more UTF-8 bytes go there. At most 983,040, so that the rest of an entity has room. Default 262,144 (256 KiB). */
  readonly threshold?: number;
  /** Put before every key. Default: none. */
  readonly prefix?: string;
}

/** Options of `tableStore`. */
export interface TableStoreOptions extends TablePlace {
  /**
   * Over how many partitions the wakes are spread: each takes 2,000 writes a second. Default 8, at most 100; `due` asks each. It may be
   * raised, never lowered: nobody would ask the upper ones again, and what waits there would wait until its next event.
   */
  readonly wakeShards?: number;
  /** `true`, or options of `compress`: bodies are compressed. Azure asks for requests, not for bytes, so it saves time and room. Default: they are not. May be changed at any time. */
  readonly compression?: boolean | CompressOptions;
  /** Default: a process whose entity would be over 1 MiB is not saved (`XORCA_STATE_TOO_LARGE`). */
  readonly overflow?: TableOverflow;
  /** How old a hint or a body that no record names must be before it may be removed. Default 1,200,000 (20 minutes): raise it where a function may run longer. */
  readonly sweepAfterMs?: number;
  /** Dates the hints of what is due and the objects of `overflow`. Default: the system's clock. */
  readonly clock?: Clock;
}

const OPTIONS: readonly (keyof TableStoreOptions)[] = [
  ...CONNECTION_OPTIONS,
  'table',
  'wakeShards',
  'compression',
  'overflow',
  'sweepAfterMs',
  'clock',
];

// 15 binary properties of 64 KiB. What is left of 1 MiB has room for the longest id and the names of states.
const MAX_THRESHOLD = 15 * 65_536;

/**
 * Keeps processes in a table of Azure Storage, one entity each, and beside them one small entity for each that waits for a moment. One
 * conditional write is one save; `load` and `due` are strongly consistent; `list` reads the table, and its pages may be short. With
 * `overflow` it has a `sweep`, to be called once a day, as `withClaimCheck` says.
 * Errors: `XORCA_CONFLICT`, `XORCA_INVALID_ID`, `XORCA_STATE_TOO_LARGE`, `XORCA_CORRUPT_RECORD`, `XORCA_UNAVAILABLE` (retryable when Azure
 * asks for less or is away), `XORCA_CONFIG` (options; no table, no permission, a cursor that is none), `XORCA_CODEC` (compression).
 *
 * @example
 * const store = tableStore({ setting: 'Storage', table: 'xorca', overflow: { objects: blobObjects({ setting: 'Storage', container: 'bodies' }) } })
 */
export function tableStore(
  options: TableStoreOptions & { readonly overflow: TableOverflow },
): ClaimCheckStore;
export function tableStore(options: TableStoreOptions): ProcessStore;
export function tableStore(options: TableStoreOptions): ProcessStore {
  assertOptions(options, OPTIONS, 'tableStore');
  const { wakeShards, compression = false, overflow, sweepAfterMs = 20 * 60_000, clock = Date } = options;
  const records = tableRecords(storageTable(options, 'tableStore'), {
    shards: checkedShards(wakeShards),
    clock,
    sweepAfterMs,
  });
  const claimed = overflow && withClaimCheck(records, { ...checkedOverflow(overflow), clock, sweepAfterMs });
  const store = claimed ?? records;
  if (compression === false) return store;
  const compressed = withCodec(store, compress(compression === true ? {} : compression));
  return claimed ? Object.assign(compressed, { sweep: claimed.sweep }) : compressed;
}

function checkedOverflow(overflow: TableOverflow): TableOverflow {
  assertOptions(overflow, ['objects', 'threshold', 'prefix'], 'overflow of tableStore');
  const { threshold } = overflow;
  if (threshold === undefined || (threshold >= 0 && threshold <= MAX_THRESHOLD)) return overflow;
  throw new XorcaError(
    'XORCA_CONFIG',
    `threshold of overflow of tableStore must be a number of bytes up to ${MAX_THRESHOLD}, not ${threshold}: with the rest of the entity Table Storage takes no more.`,
  );
}
