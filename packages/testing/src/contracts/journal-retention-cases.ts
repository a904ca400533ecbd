import type { Journal } from '@xorca/core';
import { same } from './assert.ts';
import { entry, fill, has, type JournalTrial, NOW, names, stepsOf } from './journal-case.ts';
import { unshown } from './unshown.ts';

const DAY = 86_400_000;

/**
 * What is dropped, and when. `prune` is optional in the port, so a journal without it passes these with nothing to show. A
 * journal may drop by count on `append` already; what counts is what is left after `prune`.
 */
export const retentionCases: readonly JournalTrial[] = [
  {
    name: 'without a retention prune drops nothing, however old it is',
    async run(makeJournal) {
      const journal = await makeJournal();
      if (!journal.prune) unshown('a journal with prune');
      await journal.append('p', [entry(1, { at: 0 })]);
      await fill(journal, 'p', [2, 3]);
      same(await journal.prune(NOW + 10_000 * DAY), 0, 'entries dropped');
      await has(journal, 'p', ['1.0', '2.0', '3.0']);
    },
  },
  {
    name: 'where a journal can prune, a count keeps the newest entries of each process and no more',
    async run(makeJournal) {
      const journal = await makeJournal({ retention: { count: 3 } });
      if (!journal.prune) unshown('a journal with prune');
      await fill(journal, 'p', [1, 2, 10, 9, 3]);
      await fill(journal, 'q', [1, 2, 3]);
      await fill(journal, 'r', [7]);
      await pruned(journal, ['p', 'q', 'r'], NOW);
      await has(journal, 'p', ['3.0', '9.0', '10.0']);
      await has(journal, 'q', ['1.0', '2.0', '3.0']);
      await has(journal, 'r', ['7.0']);
      await fill(journal, 'q', [4]);
      await pruned(journal, ['p', 'q', 'r'], NOW);
      await has(journal, 'q', ['2.0', '3.0', '4.0']);
      await names(journal, ['p', 'q', 'r']);
    },
  },
  {
    name: 'where a journal can prune, the steps of one save stay or go together',
    async run(makeJournal) {
      const journal = await makeJournal({ retention: { count: 3 } });
      if (!journal.prune) unshown('a journal with prune');
      const steps = (revision: number) => [0, 1].map((step) => entry(revision, { step }));
      for (const revision of [1, 2, 3]) await journal.append('p', steps(revision));
      await pruned(journal, ['p'], NOW);
      await has(journal, 'p', ['2.0', '2.1', '3.0', '3.1']);
      await fill(journal, 'p', [4]);
      await pruned(journal, ['p'], NOW);
      await has(journal, 'p', ['3.0', '3.1', '4.0']);
    },
  },
  {
    name: 'where a journal can prune, an age drops what is older by its own time, and a process with nothing left',
    async run(makeJournal) {
      const journal = await makeJournal({ retention: { age: '1d' } });
      if (!journal.prune) unshown('a journal with prune');
      for (const [id, times] of Object.entries({
        p: [NOW - 9, NOW - 1, NOW, NOW + 1],
        gone: [NOW - 2 * DAY, NOW - 1],
        // Two handlers whose clocks differ: a step may be older than the one before it.
        skewed: [NOW + 5, NOW - 5, NOW + 6],
      })) {
        for (const [n, at] of times.entries()) await journal.append(id, [entry(n + 1, { at })]);
      }
      // Together: the newest of them counts.
      await journal.append('together', [entry(1, { at: NOW - 1 }), entry(1, { step: 1, at: NOW })]);
      same(await pruned(journal, ['p', 'gone', 'skewed', 'together'], NOW + DAY), 5, 'entries dropped');
      await has(journal, 'p', ['3.0', '4.0']);
      await has(journal, 'gone', []);
      await has(journal, 'skewed', ['1.0', '3.0']);
      await has(journal, 'together', ['1.0', '1.1']);
      await names(journal, ['p', 'skewed', 'together']);
      same(await journal.prune(NOW + DAY), 0, 'entries dropped by a second prune');
    },
  },
  {
    name: 'where a journal can prune, of a count and an age the tighter one holds',
    async run(makeJournal) {
      const journal = await makeJournal({ retention: { count: 2, age: 1_000 } });
      if (!journal.prune) unshown('a journal with prune');
      await fill(journal, 'many', [1, 2, 3]);
      await journal.append('old', [entry(1, { at: NOW - 5_000 })]);
      await fill(journal, 'old', [2]);
      await pruned(journal, ['many', 'old'], NOW + 1_000);
      await has(journal, 'many', ['2.0', '3.0']);
      await has(journal, 'old', ['2.0']);
    },
  },
  {
    name: 'where a journal can prune, it drops a long history of many processes in one call',
    async run(makeJournal) {
      const journal = await makeJournal({ retention: { age: '1h' } });
      if (!journal.prune) unshown('a journal with prune');
      const ids = Array.from({ length: 25 }, (_, n) => `p${n}`);
      for (const id of ids) {
        const saves = Array.from({ length: 24 }, (_, n) => entry(n + 1, { at: NOW + n }));
        for (const save of saves) await journal.append(id, [save]);
      }
      same(await pruned(journal, ids, NOW + 3_600_000 + 20), 25 * 20, 'entries dropped');
      for (const id of ids) await has(journal, id, ['21.0', '22.0', '23.0', '24.0']);
    },
  },
];

// The answer is held against what is left, for a journal may have dropped some on append.
async function pruned(journal: Journal, ids: readonly string[], now: number): Promise<number> {
  const before = await total(journal, ids);
  const dropped = await journal.prune?.(now);
  same(dropped, before - (await total(journal, ids)), 'what prune says it dropped');
  return dropped ?? 0;
}

async function total(journal: Journal, ids: readonly string[]): Promise<number> {
  let steps = 0;
  for (const id of ids) steps += (await stepsOf(journal, id)).length;
  return steps;
}
