import { expect, it } from 'vitest';
import { typeMatcher } from './type-pattern.ts';

it('takes a type itself, and any characters where the pattern has a star', () => {
  const table: [string, string, boolean][] = [
    ['evt.a', 'evt.a', true],
    ['evt.a', 'evt.ab', false],
    ['evt.*', 'evt.', true],
    ['evt.*', 'evt.a.b', true],
    ['evt.*', 'xevt.a', false],
    ['*', '', true],
    ['*.error', 'evt.x.error', true],
    ['*.error', 'evt.x.errors', false],
    ['cmd.*.fetch', 'cmd.books.fetch', true],
    ['cmd.*.fetch', 'cmd.fetch', false],
    ['a*b*c', 'abc', true],
    ['a*b*c', 'acb', false],
    ['aa*aa', 'aaa', false],
    ['a*a*a', 'aa', false],
    ['evt.+', 'evt.x', false],
  ];
  for (const [pattern, type, fits] of table)
    expect([pattern, type, typeMatcher([pattern])(type)]).toEqual([pattern, type, fits]);
  expect(typeMatcher(['a', 'b.*'])('b.c')).toBe(true);
  expect(typeMatcher([])('a')).toBe(false);
});

it('takes no longer over a hostile type', () => {
  expect(typeMatcher(['*a*a*a*a*a*a*a*b'])('a'.repeat(100_000))).toBe(false);
});

it('refuses an empty pattern', () => {
  expect(() => typeMatcher([''])).toThrow('types');
});
