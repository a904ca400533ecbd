import type { ListQuery, ProcessRecord, ProcessStore, ProcessSummary } from '@xorca/core';
import { check } from './assert.ts';

/** One behaviour that every store must show. */
export interface StoreCase {
  /** A sentence about the behaviour. */
  readonly name: string;
  /** Throws when the store does not show it. `makeStore` gives an empty store; it is called once. */
  run(makeStore: () => Promise<ProcessStore> | ProcessStore): Promise<void>;
}

/** A record to save, with whatever a case cares for. */
export function sample(id: string, part: Partial<ProcessRecord> = {}): ProcessRecord {
  return {
    id,
    orchestrator: 'books',
    version: '1.0.0',
    status: 'active',
    states: ['Running', '#Running.Check'],
    stuck: false,
    revision: 1,
    wakeAt: null,
    updatedAt: 1_750_000_000_000,
    body: '{"n":0}',
    ...part,
  };
}

/** All items of a list, page by page. */
export async function pages(store: ProcessStore, query: ListQuery): Promise<ProcessSummary[]> {
  const items: ProcessSummary[] = [];
  let cursor: string | undefined;
  for (let n = 0; n < 1_000; n++) {
    const page = await store.list({ ...query, ...(cursor === undefined ? {} : { cursor }) });
    check(page.items.length <= (query.limit ?? 50), 'a page has more items than its limit');
    items.push(...page.items);
    cursor = page.next;
    if (cursor === undefined) return items;
  }
  check(false, 'a list has no last page');
}
