import {
  type CloudEvent,
  type EventPublisher,
  isXorcaError,
  type ProcessRecord,
  type ProcessStore,
} from '@xorca/core';
import { conflict } from '@xorca/core/backend';
import { comeBack, reach } from './unreliable-call.ts';
import { happened, type Sandbox } from './world-state.ts';

/** What sees the writes of a store as they land. */
export interface StoreWitness {
  saved(record: ProcessRecord, effects: readonly CloudEvent[]): void;
  deleted(id: string): void;
}

/** Which store, and what is special about it. */
export interface UnreliableStoreOptions {
  readonly store: ProcessStore;
  /** It takes effects along, and this publisher's queue lies in it. */
  readonly carries?: EventPublisher;
  /** Made at the call of each save, before the save has its turn. */
  readonly witness: (record: ProcessRecord) => StoreWitness;
}

/** A store as a function sees it: away, slow to answer, racing, and the function may die at each call. */
export function unreliableStore(sandbox: Sandbox, options: UnreliableStoreOptions): ProcessStore {
  const { store, carries, witness } = options;
  const { world, name } = sandbox;
  return {
    ...(carries ? { carries } : {}),
    async load(id) {
      await reach(sandbox, 'store', id);
      const stored = await store.load(id);
      if (stored && stored.record.id !== id) {
        const message = `the store has process ${JSON.stringify(stored.record.id)} in its place`;
        world.observer.blame({ invariant: 'no key is a path', processId: id, message });
      }
      await comeBack(sandbox, 'store', id);
      return stored;
    },
    async save(record, expected, effects = []) {
      const seen = witness(record);
      const { id } = record;
      const say = (how: string) =>
        happened(world, {
          from: name,
          to: 'store',
          text: `save revision ${record.revision}${how}`,
          processId: id,
        });
      await reach(sandbox, 'store', id);
      if (world.faults.strikes('conflict')) {
        say(', refused as a lost race');
        throw conflict(id, expected);
      }
      const revision = await store.save(record, expected).catch((error: unknown) => {
        if (isXorcaError(error, 'XORCA_CONFLICT')) say(', which loses the race');
        throw error;
      });
      say(`: ${record.status}, ${record.states.at(-1) ?? 'no state'}`);
      seen.saved(record, effects);
      await comeBack(sandbox, 'store', id);
      return revision;
    },
    async due(now, limit) {
      await reach(sandbox, 'store', undefined);
      return store.due(now, limit);
    },
    async list(query) {
      await reach(sandbox, 'store', undefined);
      return store.list(query);
    },
    async delete(id) {
      const seen = witness({ id } as ProcessRecord);
      await reach(sandbox, 'store', id);
      await store.delete?.(id);
      happened(world, { from: name, to: 'store', text: 'delete', processId: id });
      seen.deleted(id);
      await comeBack(sandbox, 'store', id);
    },
  };
}
