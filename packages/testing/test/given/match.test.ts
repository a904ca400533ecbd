import { expect, test } from 'vitest';
import { lineDiff } from '../../src/given/line-diff.ts';
import { compare } from '../../src/given/match.ts';
import { span, stateText } from '../../src/given/show.ts';
import { including } from '../../src/index.ts';

test.each([
  [{ a: 1 }, { a: 1 }, true],
  [{ a: 1, b: 2 }, { a: 1 }, false],
  [{ a: 1 }, { a: 1, b: 2 }, false],
  [{ a: 1 }, { a: 1, b: undefined }, true],
  [[1, 2], [1], false],
  [[1], [1, 2], false],
  [[1], { 0: 1 }, false],
  [{ 0: 1 }, [1], false],
  [null, {}, false],
  [undefined, null, false],
  [Number.NaN, Number.NaN, true],
  ['1970-01-01T00:00:00.000Z', new Date(0), true],
  [{ a: 'xyz' }, { a: /y/ }, true],
  [{ a: 5 }, { a: /5/ }, false],
  [{ a: { b: 1, c: 2 } }, { a: including({ b: 1 }) }, true],
  [{ a: { b: 1, c: 2 } }, { a: including({ b: 2 }) }, false],
  [[{ b: 1, c: 2 }], including([{ b: 1 }]), true],
  [[{ b: 1 }, 2], including([{ b: 1 }]), false],
  [{ a: 1 }, { a: expect.any(Number) }, true],
  [{ a: 1 }, { a: expect.any(String) }, false],
])('%j is %j: %s', (actual, expected, same) => {
  expect(compare(actual, expected).same).toBe(same);
});

test('in parts, what is not named is neither compared nor shown', () => {
  expect(compare({ a: 1, b: { c: 2, d: 3 } }, { b: { c: 5 } }, true)).toEqual({
    same: false,
    actual: { b: { c: 2 } },
    expected: { b: { c: 5 } },
  });
  expect(compare({ a: 1 }, { b: undefined }, true).same).toBe(true);
  expect(compare({ b: 1 }, { b: undefined }, true).same).toBe(false);
});

test('what passes a predicate is shown alike on both sides, what does not with the predicate', () => {
  expect(compare({ a: 1, b: 2 }, { a: (n: number) => n > 0, b: 3 })).toEqual({
    same: false,
    actual: { a: 1, b: 2 },
    expected: { a: 1, b: 3 },
  });
  expect(compare(1, (n: number) => n > 1).expected).toBe('‹passes (n) => n > 1›');
});

test('a difference shows three lines around what differs, and says how many more are alike', () => {
  const list = (changed: number) => Array.from({ length: 20 }, (_, at) => (at === changed ? 'x' : at));
  expect(lineDiff(list(10), list(-1))).toBe(`  … 8 lines alike
    7,
    8,
    9,
-   'x',
+   10,
    11,
    12,
    13,
  … 7 lines alike`);
  expect(lineDiff([1, 2, 3, 4, 5], [1, 2, 3, 4])).toBe(
    '  … 2 lines alike\n    2,\n    3,\n    4,\n-   5,\n  ]',
  );
  expect(lineDiff(list(3), list(-1))).toContain('  [\n    0,\n    1,\n    2,\n-');
});

test('of two large values both are shown', () => {
  const large = (at: number) => Array.from({ length: 2_500 }, (_, n) => n + at);
  expect(lineDiff(large(0), large(1)).split('\n').length).toBe(5_004);
});

test('spans and states are written as people write them', () => {
  expect([0, 1, 1_500, 90_000, 7 * 86_400_000, -60_000].map(span)).toEqual([
    '0s',
    '1ms',
    '1s 500ms',
    '1m 30s',
    '7d',
    '-1m',
  ]);
  expect(stateText('A')).toBe('A');
  expect(stateText({ A: { B: 'C', D: { E: 'F' }, G: {} } })).toBe('A.B.C + A.D.E.F + A.G');
  expect(stateText(undefined)).toBe('(none)');
});
