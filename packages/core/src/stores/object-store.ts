import { conflict, isXorcaError } from '../errors.ts';
import { assertOptions } from '../options.ts';
import type { Clock, ProcessStore, ProcessSummary } from '../ports.ts';
import { decodeProcessId, encodeProcessId } from '../process-id.ts';
import { inGroups } from './in-groups.ts';
import { checkedQuery, matchesQuery, summaryOf } from './list-query.ts';
import { readObject, readRevision, revisionOf, writeObject } from './object-format.ts';
import type { ObjectStorage } from './object-storage.ts';
import type { WakeHint } from './wake-hint.ts';
import { type HintedRecord, wakeHints } from './wake-hints.ts';

/** Options of `objectStore`. */
export interface ObjectStoreOptions {
  /** Put before every key, such as `'xorca/'`. Default: none. */
  readonly prefix?: string;
  /** Default: the system's clock. Dates the hints; what is due is the caller's `now`. */
  readonly clock?: Clock;
  /**
   * How old a hint must be before it may be taken for a leftover: longer than any invocation lives, plus what clocks differ.
   * Default 1,200,000 (20 minutes): a Lambda lives 15 at most. Raise it where functions run longer.
   */
  readonly sweepAfterMs?: number;
}

// One page of S3's listing; its price is that of one request however many keys come.
const HINTS_PER_PAGE = 1_000;
// Enough to hide the latency of one read, few enough for a client's default pool of sockets (50).
const READS_AT_ONCE = 16;

/**
 * Makes a process store of any object storage with conditional writes: `<prefix>process/<id>` holds a record and
 * `<prefix>wake/<time>.<id>…` the hints that `due` goes by. `list` with a filter may give pages that are shorter than the limit.
 * Errors: `XORCA_CONFLICT`, `XORCA_INVALID_ID`, `XORCA_CORRUPT_RECORD`, and what the storage throws.
 *
 * @example
 * const store = objectStore(myBucket, { prefix: 'xorca/' })
 */
export function objectStore(objects: ObjectStorage, options: ObjectStoreOptions = {}): ProcessStore {
  assertOptions(options, ['prefix', 'clock', 'sweepAfterMs'], 'objectStore');
  const { prefix = '', clock = Date, sweepAfterMs = 20 * 60_000 } = options;
  const recordKey = (encodedId: string) => `${prefix}process/${encodedId}`;

  const hints = wakeHints(
    {
      write: async (key, id) => void (await objects.put(prefix + key, id, 'any')),
      remove: (key) => objects.delete(prefix + key),
      async list(_, cursor) {
        const page = await objects.list(`${prefix}wake/`, {
          limit: HINTS_PER_PAGE,
          ...(cursor === undefined ? {} : { cursor }),
        });
        return { ...page, keys: page.keys.map((key) => key.slice(prefix.length)) };
      },
      look,
    },
    { clock, sweepAfterMs },
  );

  async function look(hint: WakeHint): Promise<HintedRecord | undefined> {
    const key = recordKey(hint.encodedId);
    const id = decodeProcessId(hint.encodedId);
    const object = await objects.get(key);
    if (!object) return undefined;
    try {
      const { record, hint: living } = readObject(object.text, id, key);
      return { id: record.id, hint: living, wakeAt: record.wakeAt };
    } catch (error) {
      if (!isXorcaError(error, 'XORCA_CORRUPT_RECORD')) throw error;
      // The hint's text is the id.
      const said = id ?? (await objects.get(prefix + hint.key))?.text;
      return said === undefined ? undefined : { id: said, hint: hint.key, wakeAt: hint.wakeAt };
    }
  }

  return {
    async load(id) {
      const key = recordKey(encodeProcessId(id));
      const object = await objects.get(key);
      if (!object) return undefined;
      const { record, hint } = readObject(object.text, id, key);
      return { record, revision: revisionOf(object.tag, hint) };
    },

    async save(record, expected) {
      const { id, wakeAt } = record;
      const encodedId = encodeProcessId(id);
      const before = expected === undefined ? undefined : readRevision(expected);
      if (expected !== undefined && !before) throw conflict(id, expected);
      const stamp = globalThis.crypto.randomUUID();
      const old = before?.hint ?? null;
      const hint = await hints.before({ id, encodedId, wakeAt, stamp }, old);
      const text = writeObject({ record, hint, stamp });
      let tag: string;
      try {
        tag = await objects.put(recordKey(encodedId), text, before ? { tag: before.tag } : 'absent');
      } catch (error) {
        // The hint stays: after a lost reply the storage's client may have tried again and met its own write.
        throw isXorcaError(error, 'XORCA_CONFLICT') ? conflict(id, expected) : error;
      }
      await hints.after(old, hint);
      return revisionOf(tag, hint);
    },

    async due(now, limit) {
      return (await hints.due(now, limit)).map(({ id }) => id);
    },

    async list(query) {
      const checked = checkedQuery(query);
      const items: ProcessSummary[] = [];
      let cursor = query.cursor;
      do {
        const page = await objects.list(`${prefix}process/`, {
          limit: checked.limit,
          ...(cursor === undefined ? {} : { cursor }),
        });
        for await (const group of inGroups(page.keys, READS_AT_ONCE, summary)) {
          for (const item of group) if (item && matchesQuery(item, checked)) items.push(item);
        }
        cursor = page.next;
        // Going on to fill the page could overfill it, and keys cannot be given back to the storage's cursor.
      } while (items.length === 0 && cursor !== undefined);
      return cursor === undefined ? { items } : { items, next: cursor };
    },

    async delete(id) {
      const key = recordKey(encodeProcessId(id));
      const object = await objects.get(key);
      if (!object) return;
      await objects.delete(key);
      const hint = hintOf(object.text, key);
      if (hint !== null) await hints.drop(hint);
    },
  };

  // A record that cannot be read is left out: `load` says what is wrong with it, and a list must not fail for one of many.
  async function summary(key: string): Promise<ProcessSummary | undefined> {
    const object = await objects.get(key);
    if (!object) return undefined;
    try {
      return summaryOf(readObject(object.text, undefined, key).record);
    } catch {
      return undefined;
    }
  }
}

function hintOf(text: string, key: string): string | null {
  try {
    return readObject(text, undefined, key).hint;
  } catch {
    return null;
  }
}
