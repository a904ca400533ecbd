import { expect, it } from 'vitest';
import { eventDetail } from '../src/event-detail.ts';

const violations = ['maxSentences', 'endWithFullStop', 'endWithFullStop'].map((rule) => ({ rule }));

it.each([
  [{ bookId: 'opticks' }, 'opticks'],
  [{ bookId: 'opticks', pages: Array(171), characters: 562_826 }, '171 pages, 562,826 characters'],
  [{ bookId: 'opticks', title: 'Opticks', pages: Array(1) }, '1 page'],
  [{ bookId: 'opticks', sentences: Array(10), words: 292 }, '10 sentences, 292 words'],
  [{ pages: Array(171), sentences: Array(10) }, '10 sentences'],
  [{ grounded: true, checked: 10, missing: [] }, '10 sentences found'],
  [{ grounded: false, checked: 10, missing: ['x'] }, '1 of 10 sentences missing'],
  [{ compliant: true, rules: 6, violations: [] }, '6 rules kept'],
  [{ compliant: false, rules: 6, violations }, 'broken: maxSentences, endWithFullStop'],
  [{ reason: 'unknown-book', bookId: 'x', message: 'There is no book "x".' }, 'There is no book "x".'],
  [{}, ''],
  [undefined, ''],
  ['text', ''],
])('%#: tells %j in a few words', (data, detail) => {
  expect(eventDetail(data)).toBe(detail);
});
