/**
 * @typedef {{ page: string, file: string, firstLine: number, code: string }} Snippet
 */

const OPENING = /^(?<indent>\s*)```(?:ts|typescript)(?<words>(?:\s.*)?)$/;
const TITLE = /^\/\/ ((?:[\w-]+\/)*[\w-]+\.ts)\b/;

/**
 * The TypeScript blocks of a page. A block that begins with a comment naming a file (`// books.ts`) is written under
 * that name, so that later blocks of the page can import it; every other block stands alone.
 * @param {string} page path of the page, with `/`
 * @param {string} text
 * @returns {{ snippets: Snippet[], skipped: number }} `skipped` counts the blocks marked `nocheck`
 */
export function extractSnippets(page, text) {
  /** @type {Snippet[]} */
  const snippets = [];
  const taken = new Set();
  let skipped = 0;
  const lines = text.split(/\r?\n/);
  for (let i = 0; i < lines.length; i++) {
    const opening = OPENING.exec(lines[i] ?? '')?.groups;
    if (opening === undefined) continue;
    const indent = opening['indent'] ?? '';
    const firstLine = i + 1;
    while (i + 1 < lines.length && !lines[i + 1]?.trimStart().startsWith('```')) i++;
    if (opening['words']?.trim().split(/\s+/).includes('nocheck')) {
      skipped++;
      continue;
    }
    const body = lines.slice(firstLine, i + 1).map((line) => line.replace(new RegExp(`^${indent}`), ''));
    const title = TITLE.exec(body[0] ?? '')?.[1];
    const file = title !== undefined && !taken.has(title) ? title : `block-${firstLine}.ts`;
    taken.add(file);
    snippets.push({ page, file, firstLine, code: body.join('\n') });
  }
  return { snippets, skipped };
}

/**
 * A snippet's text with its lines where they stand in the page, so that the compiler's line numbers are the page's.
 * @param {Snippet} snippet
 */
export function withPageLines({ firstLine, code }) {
  return `${'\n'.repeat(firstLine)}${code}\n`;
}
