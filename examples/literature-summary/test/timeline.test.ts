import { describe, expect, it } from 'vitest';
import { columns, fit, wrap } from '../../shared/text-columns.ts';
import { formatState } from '../src/state-value.ts';
import { terminalLook } from '../src/terminal-look.ts';
import { createTimeline, type TimelineOptions } from '../src/timeline.ts';

function record(options: Partial<TimelineOptions> = {}) {
  let time = 1_000;
  let output = '';
  const timeline = createTimeline({
    write: (text) => {
      output += text;
    },
    now: () => time,
    ...options,
  });
  return {
    timeline,
    wait: (ms: number) => {
      time += ms;
    },
    lines: () => output.split('\n').slice(0, -1),
  };
}

describe('timeline', () => {
  it('tells the way of two processes, a line each', () => {
    const { timeline, wait, lines } = record();
    timeline.eventIn('tom-1', 'evt.start', 'tom-sawyer');
    timeline.state('tom-1', 'FetchBook', 1, 5);
    wait(3);
    timeline.eventOut('tom-1', 'cmd.books.fetch', 'tom-sawyer');
    timeline.eventIn('opticks-1', 'evt.start');
    wait(1_240);
    timeline.eventIn('opticks-1', 'evt.books.fetch.success', '171 pages, 562,826 characters');
    timeline.state('tom-1', { Regulate: { Grounded: 'Check', Compliant: 'Done' } }, 3);
    timeline.note('tom-1', 'read 2 of 4 pages');
    wait(60_000);
    timeline.state('tom-1', 'Done', 5);
    timeline.eventOut('tom-1', 'notif.literature.summarised', '6 sentences, 144 words');
    timeline.finished('tom-1', ['First sentence.', 'Second sentence.']);
    expect(lines()).toMatchInlineSnapshot(`
      [
        "  0.000s  tom-1                    → evt.start                          tom-sawyer",
        "  0.000s  tom-1         █░░░░ 1/5  • FetchBook",
        "  0.003s  tom-1         █░░░░ 1/5  ← cmd.books.fetch                    tom-sawyer",
        "  0.003s  opticks-1                → evt.start",
        "  1.243s  opticks-1                → evt.books.fetch.success            171 pages, 562,826 characters",
        "  1.243s  tom-1         ███░░ 3/5  • Regulate { Grounded: Check, Compliant: Done }",
        "  1.243s  tom-1         ███░░ 3/5  · read 2 of 4 pages",
        " 61.243s  tom-1         █████ 5/5  • Done",
        " 61.243s  tom-1         █████ 5/5  ← notif.literature.summarised        6 sentences, 144 words",
        " 61.243s  tom-1         █████ 5/5  ■ finished",
        "          First sentence.",
        "          Second sentence.",
      ]
    `);
  });

  it('has neither bar nor filling in a narrow terminal, and puts what still does not fit under its column', () => {
    const { timeline, lines } = record({ width: 70 });
    timeline.eventIn('tom-1', 'evt.books.fetch.success', '171 pages, 562,826 characters');
    timeline.state('tom-1', 'Summarise', 1, 5);
    timeline.eventOut('tom-1', 'cmd.gpt.summary', '171 pages');
    timeline.finished('tom-1', ['A sentence that is longer than the columns that are left for it.']);
    expect(lines()).toMatchInlineSnapshot(`
      [
        " 0.000s  tom-1            → evt.books.fetch.success",
        "                            171 pages, 562,826 characters",
        " 0.000s  tom-1       1/5  • Summarise",
        " 0.000s  tom-1       1/5  ← cmd.gpt.summary  171 pages",
        " 0.000s  tom-1       1/5  ■ finished",
        "         A sentence that is longer than the columns that are left",
        "            for it.",
      ]
    `);
  });

  it('keeps its columns whatever the process is called, and lets no id steer the terminal', () => {
    const { timeline, lines } = record();
    timeline.note('a-process-with-a-long-name', 'x');
    timeline.note('東京の本の要約', 'x');
    timeline.note('\u001b[2J\r\nevil', 'a\u001b[31mb\nc\u202ed');
    expect(lines()).toMatchInlineSnapshot(`
      [
        "  0.000s  a-process-w…             · x",
        "  0.000s  東京の本の…              · x",
        "  0.000s  [2J evil                 · a [31mb c d",
      ]
    `);
    expect(
      lines()
        .slice(0, 2)
        .map((line) => columns(line.slice(0, line.indexOf('·')))),
    ).toEqual([35, 35]);
  });

  it('paints each process in its colour, and errors red', () => {
    const { timeline, lines } = record({ color: true });
    timeline.note('a', 'x');
    timeline.eventIn('b', 'evt.books.fetch.error', 'unknown book');
    timeline.note('a', 'y');
    expect(lines().map((line) => line.replaceAll('\u001b', '^'))).toMatchInlineSnapshot(`
      [
        "^[2m  0.000s^[0m  ^[36ma           ^[0m             · x",
        "^[2m  0.000s^[0m  ^[35mb           ^[0m             → ^[31mevt.books.fetch.error              unknown book^[0m",
        "^[2m  0.000s^[0m  ^[36ma           ^[0m             · y",
      ]
    `);
  });

  it('tells of progress once a quarter, however many pages there are', () => {
    const { timeline, lines } = record();
    for (let done = 1; done <= 171; done++) timeline.progress('a', 'reading', { done, total: 171 });
    for (let done = 1; done <= 2; done++) timeline.progress('b', 'reading', { done, total: 2 });
    expect(lines().map((line) => line.slice(35).replace(/ +/g, ' '))).toEqual([
      '· reading 43/171 pages',
      '· reading 86/171 pages',
      '· reading 129/171 pages',
      '· reading 171/171 pages',
      '· reading 1/2 pages',
      '· reading 2/2 pages',
    ]);
  });

  it('survives a step beyond the last and steps of none', () => {
    const { timeline, lines } = record();
    timeline.state('a', 'Lost', 9, 5);
    timeline.state('b', 'Lost', 1, 0);
    expect(lines().map((line) => line.slice(24, 33))).toEqual(['█████ 9/5', '         ']);
  });
});

describe('state on one line', () => {
  it.each([
    ['Done', 'Done'],
    [{ Fetch: 'Wait' }, 'Fetch: Wait'],
    [{ Regulate: { Grounded: 'Check', Compliant: 'Done' } }, 'Regulate { Grounded: Check, Compliant: Done }'],
    [{ A: { B: { C: 'D' } }, E: 'F' }, 'A { B { C: D } }, E: F'],
    [{ A: {}, B: {} }, 'A, B'],
    [{}, ''],
  ])('%j', (value, text) => {
    expect(formatState(value)).toBe(text);
  });
});

describe('terminal look', () => {
  it.each([
    [{ isTTY: true, columns: 80 }, {}, { color: true, width: 80 }],
    [{ isTTY: true, columns: 80 }, { NO_COLOR: '1' }, { color: false, width: 80 }],
    [{ isTTY: true, columns: 80 }, { NO_COLOR: '' }, { color: true, width: 80 }],
    [{ isTTY: true, columns: 0 }, { TERM: 'dumb' }, { color: false, width: 110 }],
    [{}, {}, { color: false, width: 110 }],
  ])('%j with %j', (stream, env, look) => {
    expect(terminalLook(stream, env)).toEqual(look);
  });
});

describe('columns', () => {
  it('fits a text exactly, never cutting a character in two', () => {
    expect(fit('abc', 5)).toBe('abc  ');
    expect(fit('abcdef', 5)).toBe('abcd…');
    expect(fit('東京都', 4)).toBe('東… ');
    expect(fit('👩‍🚀👩‍🚀', 3)).toBe('👩‍🚀…');
  });

  it('wraps between words', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrap('extraordinary a b', 5)).toEqual(['extraordinary', 'a b']);
    expect(wrap('', 5)).toEqual([]);
  });
});
