import type { ProcessStore } from '../ports.ts';

/**
 * A store with methods of its own over another store, which does all the rest. Called through, never copied: the other may be an
 * object of a class, whose methods a spread would lose. An optional part is there when the other has it.
 */
export function wrapStore(
  store: ProcessStore,
  own: Pick<ProcessStore, 'load' | 'save'> & Partial<ProcessStore>,
): ProcessStore {
  const { carries, forgets } = store;
  return {
    due: (now, limit) => store.due(now, limit),
    list: (query) => store.list(query),
    ...(store.delete ? { delete: async (id) => store.delete?.(id) } : {}),
    ...(carries ? { carries } : {}),
    ...(forgets ? { forgets } : {}),
    ...own,
  };
}
