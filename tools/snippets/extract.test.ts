import { describe, expect, it } from 'vitest';
import { extractSnippets, withPageLines } from './extract.mjs';

const page = (...lines: string[]) => extractSnippets('docs/a.md', lines.join('\n'));

describe('the TypeScript blocks of a page', () => {
  it('are found, and no other block is', () => {
    const { snippets } = page(
      '# A',
      '```ts',
      'let a = 1;',
      '```',
      '```sh',
      'npm start',
      '```',
      '```typescript',
      'b;',
      '```',
    );
    expect(snippets.map(({ file, code }) => [file, code])).toEqual([
      ['block-2.ts', 'let a = 1;'],
      ['block-8.ts', 'b;'],
    ]);
  });

  it('are left out, and counted, when marked nocheck', () => {
    const { snippets, skipped } = page('```ts nocheck', '…', '```', '```ts', 'a;', '```');
    expect(skipped).toBe(1);
    expect(snippets).toHaveLength(1);
  });

  it('keep a name they give themselves, the first of two of the same name', () => {
    const { snippets } = page('```ts', '// src/books.ts', '```', '```ts', '// src/books.ts: again', '```');
    expect(snippets.map(({ file }) => file)).toEqual(['src/books.ts', 'block-4.ts']);
  });

  it('lose the indent of the list they stand in', () => {
    expect(page('- so:', '  ```ts', '  if (a)', '    b();', '  ```').snippets[0]?.code).toBe(
      'if (a)\n  b();',
    );
  });

  it('keep their line numbers', () => {
    const [snippet] = page('# A', '', '```ts', 'const wrong: string = 1;', '```').snippets;
    expect(snippet && withPageLines(snippet).split('\n').indexOf('const wrong: string = 1;')).toBe(3);
  });

  it('may be unclosed at the end of the page', () => {
    expect(page('```ts', 'a;').snippets[0]?.code).toBe('a;');
  });
});
