import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exampleHelp, findExamples } from './examples.mjs';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'xorca-examples-'));
  for (const name of ['books', 'orders', 'half-written'])
    mkdirSync(join(root, 'examples', name, 'src'), { recursive: true });
  for (const name of ['books', 'orders']) writeFileSync(join(root, 'examples', name, 'src/main.ts'), '');
  writeFileSync(join(root, 'examples/books/package.json'), '{"description":"Summaries of books"}');
});
afterEach(() => rmSync(root, { recursive: true }));

describe('the examples', () => {
  it('are the folders that can be started, with what their package.json says of them', () => {
    expect(findExamples(root)).toEqual([
      { name: 'books', description: 'Summaries of books' },
      { name: 'orders', description: '' },
    ]);
  });

  it('are none where there is no folder', () => {
    expect(findExamples(join(root, 'examples'))).toEqual([]);
  });

  it('are listed when none was named', () => {
    expect(exampleHelp(findExamples(root), undefined, undefined)).toBe(
      'Usage: npm run example -- <name> [arguments]\n  books   Summaries of books\n  orders',
    );
  });

  it('are listed with the nearest name when one is unknown', () => {
    expect(exampleHelp(findExamples(root), 'boks', 'books')).toContain(
      'There is no example "boks".\nDid you mean "books"?',
    );
  });
});
