import { createOrchestrator, defineCommand, fromCommand, type OrchestratorOptions } from '@xorca/core';
import { expect, test } from 'vitest';
import { assign, fromPromise, sendParent, setup, spawnChild } from 'xstate';
import { z } from 'zod';
import { listChapters, summariseBook, summariseChapter } from '../../../../examples/fan-out/src/contracts.ts';
import { bookSummaries } from '../../../../examples/fan-out/src/orchestrator.ts';
import { literature } from '../../../core/test/support/literature-machine.ts';
import {
  advance,
  answered,
  deployed,
  event,
  failed,
  given,
  including,
  migrated,
  sent,
  startedBy,
} from '../../src/index.ts';
import { failing } from './failing.ts';

const fetchBook = defineCommand('cmd.books.fetch', {
  input: z.object({ bookId: z.string() }),
  output: z.object({ pages: z.array(z.string()) }),
  error: z.object({ reason: z.string() }),
});

test('the plain style: events in, mapped states out, parallel regions by any part of the state', async () => {
  const checking = given(literature)
    .startedBy('cmd.literature.summarise', { bookId: 'opticks' })
    .event('evt.books.fetch.success', { pages: ['p1'] })
    .event('evt.gpt.summary.success', { summary: 'Light bends.' });
  await checking
    .then([
      'cmd.regulations.grounded',
      { type: 'cmd.regulations.compliant', data: { summary: 'Light bends.' } },
    ])
    .then('Regulate')
    .then('Regulate.Grounded.Check')
    .then({ state: { Regulate: { Compliant: 'Check' } } })
    .when(event('evt.regulations.compliant.success', { compliant: true }))
    .then({
      state: { Regulate: { Grounded: 'Check', Compliant: 'Done' } },
      context: { compliant: true },
      effects: [],
    })
    .when(event('evt.regulations.grounded.success', { grounded: true }))
    .then({ status: 'done', output: { summary: 'Light bends.' }, effects: ['notif.summary.done'] });
  const { message } = await failing(checking.event('evt.regulations.grounded.sucess'));
  expect(message).toContain('Did you mean "evt.regulations.grounded.success"?');
  expect(message).toContain(`Now, in Regulate.Grounded.Check + Regulate.Compliant.Check, it
  takes evt.regulations.grounded.success
  takes evt.regulations.compliant.success`);
  expect((await failing(checking.then('Regulate.Grounded.Done'))).message).toContain("Grounded: 'Check'");
});

test('a command of the plain style is answered by its event, and that is said', async () => {
  const { message } = await failing(
    given(literature)
      .startedBy('cmd.literature.summarise', { bookId: 'x' })
      .answered(fetchBook, { pages: [] }),
  );
  expect(message).toContain(
    "it is sent as a plain event, so answer it by event('evt.books.fetch.success', …)",
  );
});

test('a list that is worked off: each command is found by its input, and the process answers its starter', async () => {
  const chapter = (id: string) => ({ id, title: id });
  await given(bookSummaries)
    .when(startedBy(summariseBook, { bookId: 'b' }, { source: '/asker', id: 'ask-1' }))
    .then([sent(listChapters, { bookId: 'b' })])
    .when(answered(listChapters, { chapters: ['I', 'II', 'III', 'IV', 'V'].map(chapter) }))
    .then({
      effects: (effects) => effects.length === 4,
      commands: ['IV', 'III', 'II', 'I'].map((chapterId) => ({ input: { bookId: 'b', chapterId } })),
    })
    .answered(summariseChapter, { words: 9, sentence: 'Two.' }, { input: { chapterId: 'II' } })
    .then([sent(summariseChapter, { bookId: 'b', chapterId: 'V' })])
    .failed(summariseChapter, { reason: 'too-short', words: 1 }, { input: { chapterId: (id) => id === 'I' } })
    .answered(summariseChapter, { words: 9, sentence: 'Four.' }, { actor: '0.book.Summarising/3' })
    .then({
      status: 'active',
      commands: [{ input: including({ chapterId: 'III' }) }, { input: including({ chapterId: 'V' }) }],
    });
  const all = given(bookSummaries, { id: 'one' })
    .startedBy(summariseBook, { bookId: 'b' }, { source: '/asker', id: 'ask-1' })
    .answered(listChapters, { chapters: [chapter('I'), chapter('II')] })
    .failed(summariseChapter, { reason: 'too-short', words: 1 }, { input: { chapterId: 'II' } });
  await all.when(answered(summariseChapter, { words: 9, sentence: 'One.' })).then({
    status: 'done',
    effects: [
      {
        type: 'evt.book.summarise.success',
        causationid: 'ask-1',
        causationsource: '/asker',
        data: {
          chapters: [
            { id: 'I', title: 'I', summary: { words: 9, sentence: 'One.' } },
            { id: 'II', title: 'II', problem: 'too-short, 1 words' },
          ],
        },
      },
    ],
  });
});

test('a process that another process starts by a command is found under the command`s id', async () => {
  const { process } = await given(bookSummaries)
    .startedBy(summariseBook, { bookId: 'b' }, { id: 'asker/7', replyto: 'asker', subject: 'asker' })
    .when(failed(listChapters, { reason: 'unknown book' }))
    .then({
      status: 'error',
      failure: 'XORCA_COMMAND',
      effects: [{ type: 'evt.book.summarise.error', subject: 'asker', data: { reason: 'unknown book' } }],
    });
  expect(process?.id).toBe('asker/7@/test');
});

test('child machines: their commands, their timers and what they send their parent', async () => {
  const child = setup({
    types: { input: {} as { bookId: string } },
    actors: { fetchBook: fromCommand(fetchBook, { timeout: '1m' }) },
  }).createMachine({
    id: 'child',
    context: ({ input }) => input,
    initial: 'Resting',
    states: {
      Resting: { after: { 60000: 'Fetching' } },
      Fetching: {
        invoke: {
          id: 'fetch',
          src: 'fetchBook',
          input: ({ context }) => context as never,
          onDone: 'Told',
          onError: 'Told',
        },
      },
      Told: { entry: sendParent({ type: 'told' }) },
    },
  });
  const parent = setup({
    types: { events: {} as { type: 'told' } | { type: 'evt.never' } },
    actors: { child },
  }).createMachine({
    id: 'parent',
    initial: 'Waiting',
    states: { Waiting: { on: { told: 'Done', 'evt.never': {} } }, Done: { type: 'final' } },
    entry: spawnChild('child', { id: 'kid', input: { bookId: 'opticks' } }),
  });
  const family = createOrchestrator({ name: 'family', machines: { '1.0.0': parent } });
  await given(family)
    .started()
    .then({ timers: [{ in: '1m', actor: 'kid' }], effects: [] })
    .when(advance('1m'))
    .then({
      effects: [sent(fetchBook, { bookId: 'opticks' })],
      commands: [{ type: fetchBook, actor: 'kid/fetch', in: '1m' }],
    })
    .when(answered(fetchBook, { pages: [] }, { actor: 'kid/fetch' }))
    .then({ state: 'Done', status: 'done' });
  await given(family).started().when(advance('2m')).then('Done');
});

test('promises are waited for, and one that fails is no silent problem', async () => {
  let broken = true;
  const machine = setup({
    types: { context: {} as { found: string } },
    actors: {
      look: fromPromise<string>(async () => {
        if (broken) throw new Error('no light');
        return 'light';
      }),
    },
  }).createMachine({
    context: { found: '' },
    initial: 'Looking',
    states: {
      Looking: {
        invoke: {
          id: 'look',
          src: 'look',
          onDone: { target: 'Found', actions: assign({ found: ({ event }) => event.output }) },
        },
      },
      Found: { type: 'final' },
    },
  });
  const looking = createOrchestrator({ name: 'looking', machines: { '1.0.0': machine } });
  expect((await failing(given(looking).started())).message).toContain('no light');
  broken = false;
  await given(looking, { runner: { promiseBudget: '1s' } })
    .started()
    .then({ state: 'Found', context: { found: 'light' } });
});

test('deadlines, retention and what is absent', async () => {
  const machine = setup({
    types: { events: {} as { type: 'evt.end' } },
    actors: { fetchBook: fromCommand(fetchBook, { cancel: true }) },
  }).createMachine({
    initial: 'A',
    states: {
      A: { invoke: { id: 'f', src: 'fetchBook', input: { bookId: 'x' } }, on: { 'evt.end': 'B' } },
      B: { type: 'final' },
    },
  });
  const brief = createOrchestrator({
    name: 'brief',
    machines: { '1.0.0': machine },
    deadline: '1d',
    retention: { done: '30d' },
  });
  await given(brief)
    .started()
    .when(advance('1d'))
    .then({
      status: 'error',
      failure: { code: 'XORCA_DEADLINE_PASSED' },
      effects: ['cmd.books.fetch.cancel'],
    });
  await given(brief)
    .started()
    .event('evt.end')
    .then({ status: 'done', effects: [{ type: 'cmd.books.fetch.cancel', causationid: /^process-1\/\d+$/ }] })
    .advance('29d')
    .then({ status: 'done' })
    .advance('1d')
    .then({ status: 'absent' })
    .started()
    .then({ status: 'active', effects: [fetchBook] });
});

const reading = (first: string, actors = { fetchBook: fromCommand(fetchBook) }) =>
  setup({ types: { context: {} as { pages: number } }, actors }).createMachine({
    id: 'reading',
    context: { pages: 0 },
    initial: first,
    states: {
      [first]: {
        invoke: {
          id: 'fetch',
          src: 'fetchBook',
          input: { bookId: 'opticks' },
          onDone: { target: 'Done', actions: assign({ pages: ({ event }) => event.output.pages.length }) },
        },
      },
      Done: { type: 'final' },
    },
  });
const named = (
  machines: OrchestratorOptions['machines'],
  migrations: OrchestratorOptions['migrations'] = {},
) => createOrchestrator({ name: 'reading', machines, migrations });
const v1 = reading('Fetching');
const v2 = reading('Getting');

test('a newer orchestrator goes on with a process, on its version, until somebody migrates it', async () => {
  const next = named(
    { '1.0.0': v1, '2.0.0': v2 },
    { '1.0.0': { to: '2.0.0', snapshot: (old) => ({ ...old, value: 'Getting' }) } },
  );
  const begun = given(named({ '1.0.0': v1 })).started();
  await begun
    .deployed(next)
    .answered(fetchBook, { pages: ['a'] })
    .then({ version: '1.0.0', state: 'Done' });
  await begun
    .deployed(next)
    .when(migrated('2.0.0'))
    .then({ version: '2.0.0', state: 'Getting', effects: [], commands: [fetchBook] })
    .answered(fetchBook, { pages: ['a', 'b'] })
    .then({ state: 'Done', context: { pages: 2 } });
  await given(next).started(undefined, { version: '1.0.0' }).then('Fetching');
  await given(next).started().then('Getting');
});

test('what a deployment breaks shows: a changed machine, a version that is gone, a way that does not lead there', async () => {
  const begun = given(named({ '1.0.0': v1 })).started();
  const changed = await failing(begun.deployed(named({ '1.0.0': v2 })).answered(fetchBook, { pages: [] }));
  expect(changed.message).toContain('XORCA_MACHINE_CHANGED');
  const gone = await failing(begun.deployed(named({ '2.0.0': v2 })).answered(fetchBook, { pages: [] }));
  expect(gone.message).toContain('XORCA_UNKNOWN_VERSION');
  await begun
    .deployed(named({ '1.0.0': v1, '2.0.0': v2 }))
    .when(migrated('2.0.0'))
    .then({ error: 'XORCA_MIGRATION', version: '1.0.0' });
  await begun.when(deployed(literature)).then({ outcome: 'failed', error: /must bear the name/ });
});
