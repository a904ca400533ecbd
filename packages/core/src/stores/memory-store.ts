import { conflict } from '../errors.ts';
import type { Page, ProcessRecord, ProcessStore, ProcessSummary, StoredProcess } from '../ports.ts';
import { assertProcessId } from '../process-id.ts';
import { type CheckedQuery, checkedQuery, matchesQuery, summaryOf } from './list-query.ts';

/**
 * Keeps processes in this program's memory, for tests and for trying things out: nothing survives the program.
 * `due` and `list` are exact at once. Throws `XORCA_CONFLICT` and `XORCA_INVALID_ID` like every store.
 *
 * @example
 * const store = memoryStore()
 */
export function memoryStore(): ProcessStore {
  const stored = new Map<string, StoredProcess>();
  // Only what waits for a moment, so that `due` costs nothing for the many that do not.
  const waking = new Map<string, number>();
  // One counter for all ids: a record that was deleted and made anew never meets a revision of its former life.
  let writes = 0;
  let sortedIds: readonly string[] | undefined;

  return {
    async load(id) {
      const found = stored.get(id);
      if (!found) assertProcessId(id);
      return found;
    },

    async save(record, expected) {
      const { id, wakeAt } = record;
      const current = stored.get(id);
      if (!current) assertProcessId(id);
      if (current?.revision !== expected) throw conflict(id, expected);
      if (!current) sortedIds = undefined;
      const revision = ++writes;
      stored.set(id, { record: frozen(record), revision });
      if (wakeAt === null) waking.delete(id);
      else waking.set(id, wakeAt);
      return revision;
    },

    async due(now, limit) {
      const ready: [string, number][] = [];
      for (const entry of waking) if (entry[1] <= now) ready.push(entry);
      ready.sort((a, b) => a[1] - b[1]);
      return ready.slice(0, Math.max(0, limit)).map(([id]) => id);
    },

    async list(query) {
      const checked = checkedQuery(query);
      sortedIds ??= [...stored.keys()].sort();
      return page(sortedIds, stored, checked);
    },

    async delete(id) {
      assertProcessId(id);
      waking.delete(id);
      if (stored.delete(id)) sortedIds = undefined;
    },
  };
}

// A record that is frozen with its list of states is shared, not copied: nobody can change it, and its other parts are plain values.
function frozen(record: ProcessRecord): ProcessRecord {
  if (Object.isFrozen(record) && Object.isFrozen(record.states)) return record;
  return Object.freeze({ ...record, states: Object.freeze([...record.states]) });
}

function page(
  ids: readonly string[],
  stored: ReadonlyMap<string, StoredProcess>,
  query: CheckedQuery,
): Page<ProcessSummary> {
  const items: ProcessSummary[] = [];
  for (let i = query.cursor === undefined ? 0 : firstAfter(ids, query.cursor); i < ids.length; i++) {
    const record = stored.get(ids[i] ?? '')?.record;
    if (!record || !matchesQuery(record, query)) continue;
    const last = items.at(-1);
    if (items.length === query.limit && last) return { items, next: last.id };
    items.push(summaryOf(record));
  }
  return { items };
}

function firstAfter(ids: readonly string[], cursor: string): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ids[middle] ?? '') <= cursor) low = middle + 1;
    else high = middle;
  }
  return low;
}
