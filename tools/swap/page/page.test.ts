import { expect, it } from 'vitest';
import { pageOf } from './page.ts';
import { results } from './results.ts';

const CASES = [
  { title: 'golden walk', name: 'all goes well' },
  { title: 'faults', name: 'all goes wrong' },
];

function rowsOf(page: string): readonly string[] {
  return page.split('\n').filter((line) => /^\| (memory|S3) \| [✓fn]/.test(line));
}

it('a cell has its mark only when every case passed in it', () => {
  const found = results();
  for (const { title } of CASES) found.note('memory', 'local bus', title, true);
  found.note('memory', 'Event Grid', 'golden walk', true);
  found.note('memory', 'Event Grid', 'faults', false);
  found.note('S3', 'local bus', 'golden walk', true);
  const page = pageOf({
    stores: ['memory', 'S3'],
    buses: ['local bus', 'Event Grid'],
    cases: CASES,
    results: found,
  });
  expect(rowsOf(page)).toEqual(['| memory | ✓ | fails: faults |', '| S3 | fails: faults | not run |']);
});

it('a store of which the page knows nothing fails, so that none is forgotten', () => {
  const parts = { stores: ['Redis'], buses: [], cases: CASES, results: results() };
  expect(() => pageOf(parts)).toThrow(/Redis/);
});
