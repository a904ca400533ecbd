import type { JournalEntry } from '@xorca/core';
import { same, soon } from './assert.ts';
import { entry, has, type JournalTrial, NOW, names, stepsOf } from './journal-case.ts';

/** What is appended and what is read. */
export const stepCases: readonly JournalTrial[] = [
  {
    name: 'an unknown process has no steps, and to append none leaves no trace',
    async run(makeJournal) {
      const journal = await makeJournal();
      await has(journal, 'nobody', []);
      await journal.append('p', []);
      await has(journal, 'p', []);
      await names(journal, []);
    },
  },
  {
    name: 'a step comes back as it was appended: start, event, error, unicode, control characters, a context of 300 kB',
    async run(makeJournal) {
      const journal = await makeJournal();
      const text =
        'line\nbreak\r\n\ttab \u0000 nul \u007f\u0085\u2028\ufeff e\u0301 日本語 🦈 / \\ " \' ` %00 <>&';
      const event = { specversion: '1.0', id: `p/1/${text}`, source: '/Ü', type: 'evt.a', data: { text } };
      const saves: readonly (readonly JournalEntry[])[] = [
        [
          entry(1, { input: { kind: 'start', event }, effects: [event, { ...event, id: 'p/2' }] }),
          entry(1, {
            step: 1,
            input: { kind: 'answer', event, detail: text },
            before: { status: 'active', value: { Ü: { 'a"b': {} } }, context: null },
            after: { status: 'cancelled', value: { [text]: text }, context: [0, -1.5, 1e300, '', null, {}] },
            orchestrator: text,
            version: '1.0.0-β+1',
            at: 0,
            attempt: 30,
            error: { code: 'XORCA_MACHINE', message: text },
          }),
        ],
        [entry(Number.MAX_SAFE_INTEGER, { at: NOW + 1, after: state('ü/"\\ 🐋\n'.repeat(30_000)) })],
      ];
      for (const save of saves) await journal.append('p', save);
      await soon(async () => same(await stepsOf(journal, 'p'), saves.flat(), 'the steps'));
    },
  },
  {
    name: 'to append a save again changes nothing, later, at the same time, or with other content',
    async run(makeJournal) {
      const journal = await makeJournal();
      const saves = [1, 2, 3].map((revision) => [entry(revision), entry(revision, { step: 1 })]);
      for (const save of saves) await journal.append('p', save);
      await Promise.all(saves.flatMap((save) => [journal.append('p', save), journal.append('p', save)]));
      await journal.append('p', [entry(2, { attempt: 9 }), entry(2, { step: 1, after: state('other') })]);
      await soon(async () => same(await stepsOf(journal, 'p'), saves.flat(), 'the steps'));
    },
  },
  {
    name: 'what a caller does to steps it appended or read changes nothing in the journal',
    async run(makeJournal) {
      const journal = await makeJournal();
      const context = { list: [1] };
      const steps = [entry(1, { after: { status: 'active', value: 'A', context } })];
      const wanted = JSON.stringify(steps);
      await journal.append('p', steps);
      context.list.push(2);
      steps.push(entry(2));
      const unchanged = () =>
        soon(async () => same(await stepsOf(journal, 'p'), JSON.parse(wanted), 'the steps'));
      await unchanged();
      const [read] = await stepsOf(journal, 'p');
      try {
        Object.assign(read?.after.context ?? {}, { list: 'changed' });
      } catch {
        // A frozen step is as good as a copy.
      }
      await unchanged();
    },
  },
];

function state(context: unknown): JournalEntry['after'] {
  return { status: 'active', value: 'Running', context };
}
