import { expect, it } from 'vitest';
import { moments } from './moments.ts';

it('moments come in their order, once each, and are forgotten when they pass or are too many', () => {
  const all = moments(4);
  expect(all.next()).toBe(Number.POSITIVE_INFINITY);
  for (const at of [5, 3, 9, 3, 5, 7]) all.add(at);
  const seen: number[] = [];
  all.add(8);
  all.add(4);
  for (; all.next() < Number.POSITIVE_INFINITY; all.pass(all.next())) seen.push(all.next());
  expect(seen).toEqual([3, 4, 5, 7]);
  all.add(1);
  all.pass(0);
  expect(all.next()).toBe(1);
});
