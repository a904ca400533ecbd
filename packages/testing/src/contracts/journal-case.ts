import type { Journal, JournalEntry, JournalOptions } from '@xorca/core';
import { same, soon } from './assert.ts';

/** Gives an empty journal with that retention; without one it keeps everything. */
export type MakeJournal = (options?: JournalOptions) => Promise<Journal> | Journal;

/** One behaviour that every journal must show. */
export interface JournalCase {
  /** A sentence about the behaviour. */
  readonly name: string;
  /** Throws when the journal does not show it. `makeJournal` is called once. */
  run(makeJournal: MakeJournal): Promise<void>;
  /**
   * The same, and resolves to undefined; or, where the case shows nothing, to what the maker would have to give for it:
   * `'outages.away'`.
   */
  show(makeJournal: MakeJournal): Promise<string | undefined>;
}

/** A case as it is written: what it lacks ends it by `unshown`. */
export type JournalTrial = Omit<JournalCase, 'show'>;

/** The time of an entry that says no other. */
export const NOW = 1_750_000_000_000;

/** A step to append, with whatever a case cares for. */
export function entry(revision: number, part: Partial<JournalEntry> = {}): JournalEntry {
  return {
    revision,
    step: 0,
    at: NOW,
    orchestrator: 'books',
    version: '1.0.0',
    input: { kind: 'timer', detail: `timer ${revision}` },
    after: { status: 'active', value: 'Running', context: { n: revision } },
    effects: [],
    attempt: 1,
    ...part,
  };
}

/** Appends saves of one step each. */
export async function fill(journal: Journal, id: string, revisions: readonly number[]): Promise<void> {
  for (const revision of revisions) await journal.append(id, [entry(revision)]);
}

/** All steps that a journal has of a process. */
export async function stepsOf(journal: Journal, id: string, from?: number): Promise<JournalEntry[]> {
  return collect(journal.read(id, from));
}

/** Fails unless a process's steps are those, by revision and step: `['1.0', '1.1', '2.0']`. */
export async function has(journal: Journal, id: string, steps: readonly string[]): Promise<void> {
  await soon(async () => {
    const found = await stepsOf(journal, id);
    same(
      found.map(({ revision, step }) => `${revision}.${step}`),
      steps,
      `the steps of ${JSON.stringify(id)}`,
    );
  });
}

/** Fails unless the journal names exactly those processes. */
export async function names(journal: Journal, ids: readonly string[]): Promise<void> {
  await soon(async () => {
    same((await collect(journal.processes())).sort(), [...ids].sort(), 'the processes of the journal');
  });
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
