import { refused } from './assert.ts';
import { hostileIds, invalidIds, showId } from './hostile-ids.ts';
import { entry, fill, has, type JournalTrial, names, stepsOf } from './journal-case.ts';

/** No id is a path, a pattern or a property. */
export const journalIdCases: readonly JournalTrial[] = [
  {
    name: 'hostile ids are kept apart from one another, and come back whole when the processes are asked for',
    async run(makeJournal) {
      const journal = await makeJournal();
      for (const [n, id] of hostileIds.entries()) await fill(journal, id, [n + 1, 1_000 + n]);
      for (const [n, id] of hostileIds.entries()) await has(journal, id, [`${n + 1}.0`, `${1_000 + n}.0`]);
      await names(journal, hostileIds);
    },
  },
  {
    name: 'each process with a step is named once, however long its history',
    async run(makeJournal) {
      const journal = await makeJournal();
      await names(journal, []);
      const ids = Array.from({ length: 30 }, (_, n) => `p${n}`);
      for (const [n, id] of ids.entries()) {
        await fill(
          journal,
          id,
          Array.from({ length: 1 + (n % 5) }, (_, revision) => revision + 1),
        );
      }
      await names(journal, ids);
    },
  },
  {
    name: 'empty, ill-formed and endless ids are refused and leave no trace',
    async run(makeJournal) {
      const journal = await makeJournal();
      for (const id of invalidIds) {
        await refused('XORCA_INVALID_ID', `append to ${showId(id)}`, () => journal.append(id, [entry(1)]));
        await refused('XORCA_INVALID_ID', `read of ${showId(id)}`, () => stepsOf(journal, id));
      }
      await names(journal, []);
    },
  },
];
