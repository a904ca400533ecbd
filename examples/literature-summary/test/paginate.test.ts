import { describe, expect, it } from 'vitest';
import { paginate } from '../src/fleet/paginate.ts';

describe('paginate', () => {
  it.each([
    '',
    '\n\n\n',
    'one',
    'a b\n\nc d\n\n\n\ne f\n',
    '\n\nA. B. C.\n \n\t\nD',
    'no end at all '.repeat(50),
    'One. Two? Three! '.repeat(30),
    '🌈🌈🌈\n\næ𝔑\n\n',
  ])('gives pages that joined are the text: %j', (text) => {
    for (const size of [1, 5, 20, 100, 4_000]) expect(paginate(text, size).join('')).toBe(text);
  });

  it('ends pages with paragraphs', () => {
    expect(paginate('aaaa\n\nbbbb\n\ncccc\n', 12)).toEqual(['aaaa\n\nbbbb\n\n', 'cccc\n']);
  });

  it('ends pages with sentences where a paragraph is over a page', () => {
    expect(paginate('One is it. Two is it. Three is it.', 24)).toEqual([
      'One is it. Two is it. ',
      'Three is it.',
    ]);
  });
});
