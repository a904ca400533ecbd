import { check, same, soon } from './assert.ts';
import { entry, fill, has, type JournalTrial, stepsOf } from './journal-case.ts';

/** The order of steps, whatever happens around them. */
export const orderCases: readonly JournalTrial[] = [
  {
    name: 'steps are read in the order of revision and step, whatever the order they were appended in',
    async run(makeJournal) {
      const journal = await makeJournal();
      // As numbers 9 < 80 < 700; as texts in another order.
      await fill(journal, 'p', [700, 9, 1_000, 80, 1]);
      const steps = Array.from({ length: 12 }, (_, step) => entry(10, { step }));
      await journal.append('p', steps);
      const ten = steps.map(({ step }) => `10.${step}`);
      await has(journal, 'p', ['1.0', '9.0', ...ten, '80.0', '700.0', '1000.0']);
    },
  },
  {
    name: 'reading from a revision on gives that revision, whole, and all later ones',
    async run(makeJournal) {
      const journal = await makeJournal();
      for (const revision of [1, 2, 9, 10, 11]) {
        await journal.append('p', [entry(revision), entry(revision, { step: 1 })]);
      }
      for (const [from, revisions] of [
        [0, [1, 2, 9, 10, 11]],
        [2, [2, 9, 10, 11]],
        [3, [9, 10, 11]],
        [11, [11]],
        [12, []],
      ] as const) {
        await soon(async () => {
          const found = (await stepsOf(journal, 'p', from)).map(({ revision, step }) => [revision, step]);
          const wanted = revisions.flatMap((revision) => [
            [revision, 0],
            [revision, 1],
          ]);
          same(found, wanted, `the steps from revision ${from} on`);
        });
      }
    },
  },
  {
    name: 'a history with gaps, as a crash between save and append leaves them, is read without them',
    async run(makeJournal) {
      const journal = await makeJournal();
      await fill(journal, 'p', [2, 3, 7]);
      await journal.append('p', [entry(9, { step: 2 })]);
      await has(journal, 'p', ['2.0', '3.0', '7.0', '9.2']);
      await fill(journal, 'p', [5]);
      await has(journal, 'p', ['2.0', '3.0', '5.0', '7.0', '9.2']);
    },
  },
  {
    name: 'a long history is read whole, each step once',
    async run(makeJournal) {
      const journal = await makeJournal();
      const revisions = Array.from({ length: 260 }, (_, n) => n + 1);
      for (const revision of revisions) {
        await journal.append('p', [entry(revision), entry(revision, { step: 1 })]);
      }
      await has(
        journal,
        'p',
        revisions.flatMap((revision) => [`${revision}.0`, `${revision}.1`]),
      );
    },
  },
  {
    name: 'of 16 writers that append at once to one process none loses a step',
    async run(makeJournal) {
      const journal = await makeJournal();
      const revisions = Array.from({ length: 48 }, (_, n) => n + 1);
      const writers = Array.from({ length: 16 }, (_, writer) =>
        fill(
          journal,
          'p',
          revisions.filter((revision) => revision % 16 === writer),
        ),
      );
      await Promise.all(writers);
      await has(
        journal,
        'p',
        revisions.map((revision) => `${revision}.0`),
      );
    },
  },
  {
    name: 'a reader may stop early, append while it reads, and read anew',
    async run(makeJournal) {
      const journal = await makeJournal();
      await fill(journal, 'p', [1, 2, 3]);
      await has(journal, 'p', ['1.0', '2.0', '3.0']);
      for await (const { revision } of journal.read('p')) {
        await journal.append('p', [entry(revision + 10)]);
        if (revision === 2) break;
      }
      const first = await stepsOf(journal, 'p', 1);
      check(first[0]?.revision === 1, 'a second reader did not begin at the first step');
      await has(journal, 'p', ['1.0', '2.0', '3.0', '11.0', '12.0']);
    },
  },
];
