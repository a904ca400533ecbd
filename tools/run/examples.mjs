import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {{ name: string, description: string }} Example
 */

/**
 * The examples of the repository: folders of examples/ that have a src/main.ts.
 * @param {string} root
 * @returns {Example[]}
 */
export function findExamples(root) {
  const parent = join(root, 'examples');
  if (!existsSync(parent)) return [];
  return readdirSync(parent)
    .filter((name) => existsSync(join(parent, name, 'src', 'main.ts')))
    .map((name) => ({ name, description: describe(join(parent, name, 'package.json')) }));
}

/**
 * What to print when no example, or an unknown one, was asked for.
 * @param {readonly Example[]} examples
 * @param {string | undefined} wanted
 * @param {string | undefined} nearest
 */
export function exampleHelp(examples, wanted, nearest) {
  const width = Math.max(0, ...examples.map(({ name }) => name.length));
  return [
    ...(wanted === undefined ? [] : [`There is no example "${wanted}".`]),
    ...(nearest === undefined ? [] : [`Did you mean "${nearest}"?`]),
    'Usage: npm run example -- <name> [arguments]',
    ...examples.map(({ name, description }) => `  ${name.padEnd(width)}  ${description}`.trimEnd()),
  ].join('\n');
}

/** @param {string} file */
function describe(file) {
  if (!existsSync(file)) return '';
  const { description } = /** @type {{ description?: string }} */ (JSON.parse(readFileSync(file, 'utf8')));
  return description ?? '';
}
