import type { Clock } from '../ports.ts';
import { inGroups } from './in-groups.ts';
import type { KeyPage } from './object-storage.ts';
import { hintKey, readHintKey, type WakeHint } from './wake-hint.ts';

/** What the record of a hint's process says. */
export interface HintedRecord {
  readonly id: string;
  /** The key of the hint that it names as its living one. */
  readonly hint: string | null;
  readonly wakeAt: number | null;
}

/** Where a store keeps its hints, and how it looks at the records that they lead to. */
export interface HintPlace {
  /** Writes a hint under a key that nobody else has. */
  write(key: string, id: string): Promise<void>;
  remove(key: string): Promise<void>;
  /** Keys of hints, earliest first, all those up to `now` and perhaps later ones; `cursor` is the `next` of the page before. */
  list(now: number, cursor: string | undefined): Promise<KeyPage>;
  /**
   * What the hint leads to; undefined when there is no record. One that cannot be read is said to name the hint, so that `due` names it, and
   * whoever loads it says what is wrong.
   */
  look(hint: WakeHint): Promise<HintedRecord | undefined>;
}

/** How hints are kept. */
export interface WakeHintsOptions {
  readonly clock: Clock;
  /** How old a hint must be before it may be taken for a leftover. */
  readonly sweepAfterMs: number;
  /**
   * By how much a hint may be earlier than the moment of its record: a moment that moves later by less leaves a hint that still lies ahead
   * where it is, which spares two writes, and costs `due` a look at the record once the hint's time has come. Default 0.
   */
  readonly earlyMs?: number;
}

/** A process whose time has come. */
export interface DueProcess {
  readonly id: string;
  readonly wakeAt: number;
}

/** What a store does about its hints. */
export interface WakeHints {
  /** Before the record is written: gives the hint that it is to name, which lies there by then. `old`: the one that the last record names. */
  before(record: HintedSave, old: string | null): Promise<string | null>;
  /** Once the record is known to be stored: removes the hint that no record names any more. */
  after(old: string | null, hint: string | null): Promise<void>;
  /** Removes a hint. One too many does no harm, so a failure must not fail what went through. */
  drop(hint: string): Promise<void>;
  /** What is due, earliest first. */
  due(now: number, limit: number): Promise<readonly DueProcess[]>;
}

/** A record that is about to be saved. */
export interface HintedSave {
  readonly id: string;
  readonly encodedId: string;
  readonly wakeAt: number | null;
  /** Nobody else has it. */
  readonly stamp: string;
}

// Enough to hide the latency of one read, few enough for a client's default pool of sockets (50).
const READS_AT_ONCE = 16;

/**
 * Hints before the truth, for stores that cannot write a record and its place in an index at once.
 *
 * Why `due` misses nothing for good: a record with a wakeAt names one hint as its living one, not later than it, and that hint was written
 * before the record. A save that keeps the hint proves by its condition that nobody changed the record in between. Any other save brings a
 * hint of its own, with a key nobody else has. So a hint that the stored record does not name was either left behind, or belongs to a save
 * still under way; the latter is younger than the longest invocation, and only older ones are swept.
 */
export function wakeHints(place: HintPlace, options: WakeHintsOptions): WakeHints {
  const { clock, sweepAfterMs, earlyMs = 0 } = options;

  function isKept(old: string, hint: string): boolean {
    const [was, is] = [readHintKey(old)?.wakeAt, readHintKey(hint)?.wakeAt];
    if (was === undefined || is === undefined) return false;
    return was === is || (was < is && is - was <= earlyMs && was > clock.now());
  }

  async function follow(hint: WakeHint): Promise<HintedRecord | undefined> {
    const record = await place.look(hint);
    if (record?.hint === hint.key) return record;
    if (hint.writtenAt + sweepAfterMs < clock.now()) await drop(hint.key);
    return undefined;
  }

  async function drop(hint: string): Promise<void> {
    await place.remove(hint).catch(() => undefined);
  }

  return {
    drop,

    async before({ id, encodedId, wakeAt, stamp }, old) {
      if (wakeAt === null) return null;
      const hint = hintKey(wakeAt, encodedId, clock.now(), stamp);
      if (old !== null && isKept(old, hint)) return old;
      await place.write(hint, id);
      return hint;
    },

    async after(old, hint) {
      // No record names it any more, and no save that counts on it can still go through.
      if (old !== null && old !== hint) await drop(old);
    },

    async due(now, limit) {
      // By id: two leftover hints of one unreadable record name it twice.
      const found = new Map<string, DueProcess>();
      const earliest = () =>
        [...found.values()].sort((a, b) => a.wakeAt - b.wakeAt).slice(0, Math.max(0, limit));
      let cursor: string | undefined;
      do {
        const page = await place.list(now, cursor);
        const hints = page.keys.map(readHintKey);
        const later = hints.findIndex((hint) => hint !== undefined && hint.wakeAt > now);
        const ready = (later < 0 ? hints : hints.slice(0, later)).filter((hint) => hint !== undefined);
        let read = 0;
        for await (const group of inGroups(ready, READS_AT_ONCE, follow)) {
          for (const [n, record] of group.entries()) {
            const wakeAt = record?.wakeAt ?? ready[read + n]?.wakeAt ?? now;
            if (record && wakeAt <= now && !found.has(record.id))
              found.set(record.id, { id: record.id, wakeAt });
          }
          read += group.length;
          if (found.size < limit) continue;
          // What is still to come is not earlier than its hint.
          const last = earliest().at(-1);
          if (last === undefined || last.wakeAt <= (ready[read - 1]?.wakeAt ?? now)) return earliest();
        }
        cursor = later < 0 ? page.next : undefined;
      } while (cursor !== undefined);
      return earliest();
    },
  };
}
