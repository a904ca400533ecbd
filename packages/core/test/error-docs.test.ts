import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const PAGES = join(import.meta.dirname, '../../../docs/errors');
const SECTIONS = ['## What happened', '## What to do'];

const codes = codesOf(readFileSync(join(import.meta.dirname, '../src/errors.ts'), 'utf8'));
const pages = readdirSync(PAGES).filter((file) => file.startsWith('XORCA_'));

/** The members of the union: types are gone at run time, so the source is read. */
function codesOf(source: string): string[] {
  const union = /export type XorcaErrorCode =([^;]*);/.exec(source)?.[1] ?? '';
  return [...union.matchAll(/'(XORCA_\w+)'/g)].map((match) => match[1] ?? '');
}

describe('the pages about errors', () => {
  it('are one for each code, and no more', () => {
    expect(codes.length).toBeGreaterThan(10);
    expect([...pages].sort()).toEqual(codes.map((code) => `${code}.md`).sort());
  });

  it.each(pages)('%s says what happened and what to do', (page) => {
    const text = readFileSync(join(PAGES, page), 'utf8');
    expect(text.split('\n')[0]).toBe(`# ${page.replace('.md', '')}`);
    const positions = SECTIONS.map((section) => text.indexOf(`\n${section}\n`));
    expect(positions.every((position) => position > 0)).toBe(true);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
  });

  it('are all in the index', () => {
    const index = readFileSync(join(PAGES, 'README.md'), 'utf8');
    const listed = [...index.matchAll(/\]\((XORCA_\w+)\.md\)/g)].map((match) => match[1]);
    expect(listed).toEqual([...codes].sort());
  });
});
