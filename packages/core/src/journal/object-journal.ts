import { isXorcaError } from '../errors.ts';
import { assertOptions } from '../options.ts';
import type { Journal } from '../ports.ts';
import { decodeProcessId, encodeProcessId } from '../process-id.ts';
import { inGroups } from '../stores/in-groups.ts';
import type { ObjectStorage } from '../stores/object-storage.ts';
import { savesOf } from './journal-entry.ts';
import { type JournalKey, journalKey, journalPrefix, readJournalKey } from './journal-key.ts';
import { type JournalObject, readJournalObject, writeJournalObject } from './journal-object.ts';
import { expiredSaves, type JournalOptions, retentionLimits } from './retention.ts';

/** Options of `objectJournal`. */
export interface ObjectJournalOptions extends JournalOptions {
  /** Put before every key, such as `'xorca/'`. Default: none. May be that of `objectStore`. */
  readonly prefix?: string;
}

// One page of S3's listing; its price is that of one request however many keys come.
const KEYS_PER_PAGE = 1_000;
// Enough to hide the latency of one request, few enough for a client's default pool of sockets (50).
const AT_ONCE = 16;

/**
 * Keeps the history of processes in any object storage with conditional writes, one object for each save:
 * `<prefix>journal/<encoded id>.<revision>.<time>.<steps>`, written only when it is not there. Retention holds after `prune`,
 * which reads no object: the keys say all it needs. Errors: `XORCA_INVALID_ID`, `XORCA_CORRUPT_RECORD`, what the storage throws.
 *
 * @example
 * const journal = objectJournal(myBucket, { prefix: 'xorca/', retention: { age: '90d' } })
 */
export function objectJournal(objects: ObjectStorage, options: ObjectJournalOptions = {}): Journal {
  assertOptions(options, ['prefix', 'retention'], 'objectJournal');
  const { prefix = '' } = options;
  const limits = retentionLimits(options.retention, 'objectJournal');

  /** Keys below a prefix in order, a page at a time. */
  async function* keys(below: string): AsyncGenerator<readonly JournalKey[]> {
    let cursor: string | undefined;
    do {
      const page = await objects.list(prefix + below, {
        limit: KEYS_PER_PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      yield page.keys.flatMap((key) => readJournalKey(key.slice(prefix.length)) ?? []);
      cursor = page.next;
    } while (cursor !== undefined);
  }

  /** The keys of one process after the other. */
  async function* keysOfProcesses(): AsyncGenerator<readonly JournalKey[]> {
    let current: JournalKey[] = [];
    for await (const page of keys('journal/')) {
      for (const key of page) {
        if (current[0] && current[0].encodedId !== key.encodedId) {
          yield current;
          current = [];
        }
        current.push(key);
      }
    }
    if (current.length > 0) yield current;
  }

  // Undefined for what was dropped since it was listed.
  async function readSave({ key, encodedId }: JournalKey, id?: string): Promise<JournalObject | undefined> {
    const object = await objects.get(prefix + key);
    return object && readJournalObject(object.text, id ?? decodeProcessId(encodedId), prefix + key);
  }

  /** The id that a hashed key stands for, from the first of its objects that can be read. */
  async function idOf(saves: readonly JournalKey[]): Promise<string | undefined> {
    for (const save of saves) {
      try {
        const found = await readSave(save);
        if (found) return found.id;
      } catch (error) {
        // `read` says what is wrong with it; the others must not be hidden by it.
        if (!isXorcaError(error, 'XORCA_CORRUPT_RECORD')) throw error;
      }
    }
    return undefined;
  }

  return {
    async append(id, entries) {
      const encodedId = encodeProcessId(id);
      for (const save of savesOf(entries)) {
        const steps = save.toSorted((a, b) => a.step - b.step);
        const at = Math.max(...steps.map((entry) => entry.at));
        const key = journalKey(encodedId, steps[0]?.revision ?? 0, at, steps.length);
        const text = writeJournalObject({ id, entries: steps });
        try {
          await objects.put(prefix + key, text, 'absent');
        } catch (error) {
          // It is there already.
          if (!isXorcaError(error, 'XORCA_CONFLICT')) throw error;
        }
      }
    },

    async *read(id, from = 0) {
      let next = from;
      for await (const page of keys(journalPrefix(encodeProcessId(id)))) {
        const wanted: JournalKey[] = [];
        for (const key of page) {
          // A revision has two objects where somebody gave its steps other times when appending again: the first counts.
          if (key.revision < next) continue;
          wanted.push(key);
          next = key.revision + 1;
        }
        for await (const saves of inGroups(wanted, AT_ONCE, (key) => readSave(key, id))) {
          for (const save of saves) if (save) yield* save.entries;
        }
      }
    },

    async *processes() {
      for await (const saves of keysOfProcesses()) {
        const id = decodeProcessId(saves[0]?.encodedId ?? '') ?? (await idOf(saves));
        if (id !== undefined) yield id;
      }
    },

    async prune(now) {
      if (limits.count === Number.POSITIVE_INFINITY && limits.ageMs === Number.POSITIVE_INFINITY) return 0;
      let dropped = 0;
      for await (const saves of keysOfProcesses()) {
        const expired = expiredSaves(saves, limits, now);
        for await (const steps of inGroups(expired, AT_ONCE, drop)) {
          for (const count of steps) dropped += count;
        }
      }
      return dropped;
    },
  };

  async function drop({ key, steps }: JournalKey): Promise<number> {
    await objects.delete(prefix + key);
    return steps;
  }
}
