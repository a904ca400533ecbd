import type { ListQuery, ProcessRecord, ProcessStore, ProcessSummary } from '@xorca/core';
import { check } from './assert.ts';

/**
 * What can happen to the service behind a store, each a function that makes it so while `work` runs, and only then.
 * Whatever calls of the store are made meanwhile meet it; a service whose reads go on all the same is fine, its writes must fail.
 */
export interface StoreOutages {
  /** It does not answer (connection refused, time-out), and nothing is done. */
  away?(work: () => Promise<void>): Promise<void>;
  /** It answers that it is asked too much (429, 503 SlowDown, ThrottlingException, SQLITE_BUSY), and nothing is done. */
  throttled?(work: () => Promise<void>): Promise<void>;
  /** It does what it is asked, and its answer gets lost on the way (connection reset). */
  lostReply?(work: () => Promise<void>): Promise<void>;
}

/** A store, and what of its world a case can move. A plain store is one about which nothing more is said. */
export interface StoreUnderTest {
  readonly store: ProcessStore;
  /**
   * The largest body the store promises to take, in bytes of UTF-8, if its backend has a limit: DynamoDB's items end at 400 KB.
   * Bodies up to it must go through; one of twice the size must give `XORCA_STATE_TOO_LARGE`. Default: no limit is known.
   */
  readonly maxBodyBytes?: number;
  /** Lets the store's own clock go on, where it has one: `objectStore` sweeps what is old enough by it. */
  advance?(ms: number): void | Promise<void>;
  readonly outages?: StoreOutages;
}

/** Gives an empty store, plain or with what a case can move. */
export type MakeStore = () => Promise<ProcessStore | StoreUnderTest> | ProcessStore | StoreUnderTest;

/** One behaviour that every store must show. */
export interface StoreCase {
  /** A sentence about the behaviour. */
  readonly name: string;
  /** Throws when the store does not show it. `makeStore` is called once. */
  run(makeStore: MakeStore): Promise<void>;
  /**
   * The same, and resolves to undefined; or, where the case shows nothing, to what the maker would have to give for it:
   * `'outages.away'`.
   */
  show(makeStore: MakeStore): Promise<string | undefined>;
}

/** A case as it is written: what it lacks ends it by `unshown`. */
export type StoreTrial = Omit<StoreCase, 'show'>;

/** A case that needs nothing but the store. */
export interface PlainStoreCase {
  readonly name: string;
  run(makeStore: () => Promise<ProcessStore>): Promise<void>;
}

/** What a maker gave, in its full form. */
export async function underTest(makeStore: MakeStore): Promise<StoreUnderTest> {
  const made = await makeStore();
  return 'store' in made ? made : { store: made };
}

/** The case for makers of either form. */
export function withPlainStore({ name, run }: PlainStoreCase): StoreTrial {
  return { name, run: (makeStore) => run(async () => (await underTest(makeStore)).store) };
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
