import { expect, it } from 'vitest';
import { batches } from './batches.ts';

const sizes = (list: readonly number[], most: { entries: number; bytes: number }) =>
  batches(
    list.map((bytes) => ({ bytes })),
    most,
  ).map((batch) => batch.map(({ bytes }) => bytes));

it('a batch has neither more entries nor more bytes than it may, and the order stays', () => {
  expect(sizes([1, 2, 3, 4], { entries: 3, bytes: 100 })).toEqual([[1, 2, 3], [4]]);
  expect(sizes([60, 40, 1, 99, 1], { entries: 10, bytes: 100 })).toEqual([[60, 40], [1, 99], [1]]);
  expect(sizes([], { entries: 10, bytes: 100 })).toEqual([]);
});

it('an entry that is too large for any batch is one of its own', () => {
  expect(sizes([1, 500, 1], { entries: 10, bytes: 100 })).toEqual([[1], [500], [1]]);
});
