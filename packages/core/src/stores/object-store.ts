import { conflict, isXorcaError } from '../errors.ts';
import { assertOptions } from '../options.ts';
import type { Clock, ProcessStore, ProcessSummary } from '../ports.ts';
import { decodeProcessId, encodeProcessId } from '../process-id.ts';
import { inGroups } from './in-groups.ts';
import { checkedQuery, matchesQuery, summaryOf } from './list-query.ts';
import { readObject, readRevision, revisionOf, writeObject } from './object-format.ts';
import type { ObjectStorage } from './object-storage.ts';
import { hintKey, readHintKey, type WakeHint } from './wake-hint.ts';

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
 * Why `due` misses nothing for good: a record with a wakeAt names one hint as its living one, and that hint was written before
 * the record. A save that keeps the wakeAt keeps the hint; its condition proves that nobody changed it in between. Any
 * other save brings a hint of its own, with a key nobody else has. So a hint that the stored record does not name was
 * either left behind, or belongs to a save still under way; the latter is younger than the longest invocation, and only older ones are swept.
 *
 * @example
 * const store = objectStore(myBucket, { prefix: 'xorca/' })
 */
export function objectStore(objects: ObjectStorage, options: ObjectStoreOptions = {}): ProcessStore {
  assertOptions(options, ['prefix', 'clock', 'sweepAfterMs'], 'objectStore');
  const { prefix = '', clock = Date, sweepAfterMs = 20 * 60_000 } = options;
  const recordKey = (encodedId: string) => `${prefix}process/${encodedId}`;

  // What a hint leads to: the process when it is due, undefined when the hint is a leftover.
  async function follow(hint: WakeHint): Promise<string | undefined> {
    const key = recordKey(hint.encodedId);
    const id = decodeProcessId(hint.encodedId);
    const object = await objects.get(key);
    if (object) {
      try {
        const stored = readObject(object.text, id, key);
        if (stored.hint === hint.key) return stored.record.id;
      } catch (error) {
        if (!isXorcaError(error, 'XORCA_CORRUPT_RECORD')) throw error;
        // Named as due, so that whoever loads it says what is wrong with it. The hint's text is the id.
        return id ?? (await objects.get(prefix + hint.key))?.text;
      }
    }
    if (hint.writtenAt + sweepAfterMs < clock.now()) await dropHint(hint.key);
    return undefined;
  }

  // A hint too many does no harm, so a failure here must not fail a save that went through, or a `due`.
  async function dropHint(hint: string): Promise<void> {
    await objects.delete(prefix + hint).catch(() => undefined);
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
      let hint: string | null = null;
      if (wakeAt !== null) {
        hint = hintKey(wakeAt, encodedId, clock.now(), stamp);
        if (old !== null && readHintKey(old)?.wakeAt === readHintKey(hint)?.wakeAt) hint = old;
        else await objects.put(prefix + hint, id, 'any');
      }
      const text = writeObject({ record, hint, stamp });
      let tag: string;
      try {
        tag = await objects.put(recordKey(encodedId), text, before ? { tag: before.tag } : 'absent');
      } catch (error) {
        // The hint stays: after a lost reply the storage's client may have tried again and met its own write.
        throw isXorcaError(error, 'XORCA_CONFLICT') ? conflict(id, expected) : error;
      }
      // No record names it any more, and no save that counts on it can still go through.
      if (old !== null && old !== hint) await dropHint(old);
      return revisionOf(tag, hint);
    },

    async due(now, limit) {
      // A set: two leftover hints of one unreadable record name it twice.
      const ids = new Set<string>();
      let cursor: string | undefined;
      do {
        const page = await objects.list(`${prefix}wake/`, {
          limit: HINTS_PER_PAGE,
          ...(cursor === undefined ? {} : { cursor }),
        });
        const hints = page.keys.map((key) => readHintKey(key.slice(prefix.length)));
        const later = hints.findIndex((hint) => hint !== undefined && hint.wakeAt > now);
        const ready = (later < 0 ? hints : hints.slice(0, later)).filter((hint) => hint !== undefined);
        for await (const group of inGroups(ready, READS_AT_ONCE, follow)) {
          for (const id of group) if (id !== undefined) ids.add(id);
          if (ids.size >= limit) return [...ids].slice(0, Math.max(0, limit));
        }
        cursor = later < 0 ? page.next : undefined;
      } while (cursor !== undefined);
      return [...ids];
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
      if (hint !== null) await dropHint(hint);
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
