import {
  createCloudEvent,
  type MachineView,
  type Outcome,
  type ProcessDetails,
  XorcaError,
} from '@xorca/core';
import { describe, expect, it } from 'vitest';
import { show, showFound, showResults, stepOf } from '../src/show.ts';
import type { SummaryContext } from '../src/summary.ts';
import { createTimeline } from '../src/timeline.ts';

const context: SummaryContext = { bookId: 'emma', title: 'Emma', pages: [], sentences: ['One.', 'Two.'] };
const grounded = { grounded: false, checked: 2, missing: ['Two.'] };
const compliant = { compliant: false, rules: 1, violations: [{ rule: 'maxSentences', sentence: '' }] };
const CHECKING = { Regulate: { Grounded: 'Done', Compliant: 'Check' } };

function record() {
  let output = '';
  const write = (text: string) => {
    output += text;
  };
  return {
    timeline: createTimeline({ write, now: () => 0 }),
    lines: () => output.split('\n').flatMap((line) => (line === '' ? [] : [line.replace('  0.000s  ', '')])),
  };
}

function details(value: unknown, more: Partial<ProcessDetails> = {}) {
  const status =
    typeof value === 'string' && ['Done', 'Rejected', 'Failed'].includes(value) ? 'done' : 'active';
  return { id: 'emma', status, value, context, timers: [], outbox: [], ...more } as unknown as ProcessDetails;
}

describe('steps of a summary', () => {
  it.each([
    ['FetchData', context, 0],
    ['Summarise', context, 1],
    [{ Regulate: { Grounded: 'Check', Compliant: 'Check' } }, context, 2],
    [CHECKING, { ...context, grounded }, 3],
    ['Done', { ...context, grounded, compliant }, 5],
    ['Failed', context, 5],
  ])('in %j', (value, known, step) => {
    expect(stepOf(value, known)).toBe(step);
  });
});

describe('show', () => {
  const event = createCloudEvent({
    id: 'e',
    type: 'evt.gpt.summary.success',
    source: '/s',
    subject: 'emma',
    data: { sentences: ['One.', 'Two.'], words: 2 },
  });
  const effect = createCloudEvent({
    id: 'f',
    type: 'cmd.regulations.grounded',
    source: '/s',
    subject: 'emma',
  });

  function shown(outcome: Omit<Outcome, 'effects'>, effects: Outcome['effects'] = []) {
    const { timeline, lines } = record();
    const { onSnapshot, onOutcome } = show(timeline);
    onSnapshot('emma', { value: 'Summarise', context } as unknown as MachineView);
    onOutcome({ ...outcome, effects });
    return lines();
  }

  it('tells the event, then the state it led to, then the events sent', () => {
    expect(shown({ status: 'applied', event }, [effect])).toEqual([
      'emma                     → evt.gpt.summary.success            2 sentences, 2 words',
      'emma          █░░░░ 1/5  • Summarise',
      'emma          █░░░░ 1/5  ← cmd.regulations.grounded',
    ]);
  });

  it('tells why an event did not move its process, and no state', () => {
    const error = new XorcaError('XORCA_MACHINE', 'It threw.');
    const notes = [
      shown({ status: 'duplicate', event })[1],
      shown({ status: 'unhandled', event, reason: 'no state takes it' })[1],
      shown({ status: 'failed', event, error })[1],
    ];
    expect(notes.map((note) => note?.slice(25))).toEqual([
      '· duplicate: came before and was applied then, so not again',
      '· unhandled: no state takes it',
      '· failed: It threw.',
    ]);
  });

  it('keeps silent about what belongs to no process', () => {
    expect(shown({ status: 'rejected' })).toEqual([]);
  });
});

describe('what an earlier start left', () => {
  function found(process: ProcessDetails) {
    const { timeline, lines } = record();
    showFound(timeline, process);
    return lines();
  }

  it('is told with its state, and that it goes on', () => {
    expect(found(details(CHECKING, { context: { ...context, grounded } }))).toEqual([
      'emma          ███░░ 3/5  • Regulate { Grounded: Done, Compliant: Check }',
      'emma          ███░░ 3/5  · found in this state: goes on from here',
    ]);
  });

  it('is told with what it waits for or what went wrong', () => {
    const problem = { kind: 'step', code: 'XORCA_MACHINE', message: 'It threw.' };
    const more = { outbox: [{}, {}], timers: [{}], problem } as unknown as Partial<ProcessDetails>;
    const [, ...note] = found(details('Summarise', more));
    expect(note.map((line) => line.trim()).join(' ')).toContain(
      'goes on from here, 2 events unsent, 1 timer, problem: It threw.',
    );
  });

  it('needs nothing more when it is finished', () => {
    expect(found(details('Done'))[1]).toContain('found finished: nothing to do');
  });
});

describe('results', () => {
  async function results(...processes: readonly (ProcessDetails | undefined)[]) {
    const { timeline, lines } = record();
    const get = async (at: string) => processes[Number(at)];
    const passed = await showResults(timeline, { get }, Object.keys(processes));
    return { passed, lines: lines().map((line) => line.replace(/^.*?(?=[·■] )/, '').trim()) };
  }

  it('are the sentences of a summary that passed', async () => {
    expect(await results(details('Done'))).toEqual({
      passed: true,
      lines: ['■ finished', 'Emma:', '1. One.', '2. Two.'],
    });
  });

  it('are the faults of one that was rejected', async () => {
    expect(await results(details('Rejected', { context: { ...context, grounded, compliant } }))).toEqual({
      passed: false,
      lines: [
        '■ finished',
        'Emma: the summary was rejected.',
        'Not in the book: Two.',
        'Breaks maxSentences by its length.',
      ],
    });
  });

  it('are the reason where there is no summary, and one that passed does not make up for it', async () => {
    const failed = details('Failed', { context: { ...context, problem: 'No such book.' } });
    expect(await results(failed, details('Done'))).toMatchObject({
      passed: false,
      lines: ['■ finished', 'No summary: No such book.', '■ finished', 'Emma:', '1. One.', '2. Two.'],
    });
  });

  it('are not called finished where a process still waits or never was', async () => {
    expect(await results(details('Summarise'), undefined)).toEqual({
      passed: false,
      lines: ['· not finished: waits for an event', '· was never started'],
    });
  });
});
