import { join } from 'node:path';
import { memoryStore } from '@xorca/core';
import { fileStore, sqliteStore } from '@xorca/local';
import type { SwapStore } from '../parts.ts';

/** What `@xorca/core` has. */
export const memory: SwapStore = { name: 'memory', open: async () => memoryStore() };

/** In the same file as the local bus where that is its bus, so that a save takes its effects along. */
export const sqlite: SwapStore = {
  name: 'SQLite',
  open: async ({ dir }, { local }) =>
    local ? sqliteStore(local) : sqliteStore({ path: join(dir, 'store', 'xorca.db') }),
};

/** A folder. */
export const file: SwapStore = {
  name: 'file',
  open: async ({ dir, clock }) => fileStore({ dir: join(dir, 'store'), clock }),
};
