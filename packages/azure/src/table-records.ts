import { isXorcaError, type ProcessStore, type Revision, type StoredProcess } from '@xorca/core';
import { conflict, encodeProcessId } from '@xorca/core/backend';
import { isNoEntity, isRefused, isTooLarge, type StorageTable } from './table-client.ts';
import { type Entity, partitionOf, RECORD, storedOfEntity, toEntity } from './table-entity.ts';
import { listPage } from './table-list.ts';
import { isOverLimits, tooLarge } from './table-size.ts';
import { type TableWakes, tableWakes } from './table-wakes.ts';

/** Keeps each process as one entity, body and all, and hints of their moments in partitions of their own. */
export function tableRecords(table: StorageTable, wakes: TableWakes): ProcessStore {
  const hints = tableWakes(table, wakes);

  async function read(id: string, select?: string[]): Promise<Entity | undefined> {
    const queryOptions = select === undefined ? {} : { queryOptions: { select } };
    try {
      return await table.call<Entity>(
        'GetEntity',
        (client, limits) => client.getEntity(partitionOf(id), RECORD, { ...limits, ...queryOptions }),
        id,
      );
    } catch (error) {
      if (isNoEntity(error)) return undefined;
      throw error;
    }
  }

  function storedOf(entity: Entity): StoredProcess {
    const { record, etag, hint } = storedOfEntity(entity, table.name);
    return { record, revision: writeRevision({ etag, hint }) };
  }

  // Whoever lost a race has the winner's record with the refusal. What cannot be read is for the load to tell.
  function readable(entity: Entity | undefined): StoredProcess | undefined {
    try {
      return entity && storedOf(entity);
    } catch (error) {
      if (!isXorcaError(error, 'XORCA_CORRUPT_RECORD')) throw error;
      return undefined;
    }
  }

  const store: ProcessStore = {
    async load(id) {
      const entity = await read(id);
      return entity && storedOf(entity);
    },

    async save(record, expected) {
      const { id, wakeAt } = record;
      const encodedId = encodeProcessId(id);
      const before = expected === undefined ? undefined : readRevision(expected);
      if (expected !== undefined && !before) throw conflict(id, expected);
      const token = crypto.randomUUID();
      const old = before?.hint ?? null;
      // As long as any hint, so that nothing is written for a record that has no room.
      const largest = toEntity(record, { token, hint: 'x'.repeat(LONGEST_HINT) });
      if (isOverLimits(largest)) throw tooLarge(id, largest);
      const hint = await hints.before({ id, encodedId, wakeAt, stamp: token }, old);
      const entity = { ...largest, hint: hint ?? '' };
      let etag: string | undefined;
      try {
        const saved = await table.call(
          before ? 'UpdateEntity' : 'InsertEntity',
          (client, limits) =>
            before
              ? client.updateEntity(entity, 'Replace', { ...limits, etag: before.etag })
              : client.createEntity(entity, limits),
          id,
        );
        etag = saved.etag;
      } catch (error) {
        if (isTooLarge(error)) throw tooLarge(id, entity, error);
        if (!isRefused(error) && !isNoEntity(error)) throw error;
        const current = await read(id);
        // The answer to an earlier try of the SDK was lost, and this one met what that one had written.
        if (current?.['token'] !== token) {
          // An update of that revision never lands any more. A create that the SDK gave up might, once the process is deleted. And the
          // update may have landed, with its answer lost: whoever saved after it may have kept its hint.
          const isLiving = current?.['hint'] === hint;
          if (before && hint !== null && hint !== old && !isLiving) await hints.drop(hint);
          const stored = readable(current);
          throw conflict(id, expected, stored && { store, stored });
        }
        etag = current['etag'] as string | undefined;
      }
      await hints.after(old, hint);
      return writeRevision({ etag: etag ?? '', hint });
    },

    async due(now, limit) {
      return (await hints.due(now, limit)).map(({ id }) => id);
    },

    list: (query) => listPage(table, query),

    async delete(id) {
      const found = await read(id, ['hint']);
      if (!found) return;
      const gone = await table
        .call(
          'DeleteEntity',
          // What was read: a try that the SDK makes once more must not remove a process that has begun anew meanwhile.
          (client, limits) =>
            client.deleteEntity(partitionOf(id), RECORD, { ...limits, etag: found['etag'] as string }),
          id,
        )
        .catch((error: unknown) => {
          if (isRefused(error)) return 'changed';
          if (!isNoEntity(error)) throw error;
        });
      // Saved meanwhile, it is due again when its moment comes; its hint stays.
      if (gone === 'changed') return;
      const { hint } = found;
      if (typeof hint === 'string' && hint !== '') await hints.drop(hint);
    },
  };
  return store;
}

// wake/, two moments of 16 digits, 160 of a key, three dots, three digits of a shard and a dash, and a UUID.
const LONGEST_HINT = 5 + 2 * 16 + 160 + 3 + 4 + 36;

interface TableRevision {
  readonly etag: string;
  readonly hint: string | null;
}

// A save learns from it which hint it replaces, without reading anything.
function writeRevision({ etag, hint }: TableRevision): Revision {
  return `${hint ?? ''}|${etag}`;
}

function readRevision(revision: Revision): TableRevision | undefined {
  // Azure takes an ETag of another make for a fault of the request.
  const [, hint, etag] = /^([^|]*)\|(W\/"datetime'[^'"]+'")$/.exec(String(revision)) ?? [];
  return etag === undefined ? undefined : { etag, hint: hint || null };
}
