import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type PublicName, publicNames } from './public-names.ts';

const PACKAGES = join(import.meta.dirname, '../../packages');

interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, { readonly '@xorca/source'?: string }>>;
}

const manifests = readdirSync(PACKAGES)
  .map((folder) => join(PACKAGES, folder))
  .filter((folder) => existsSync(join(folder, 'package.json')))
  .map((folder) => ({
    folder,
    ...(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest),
  }));

/** Every module that users can import: the name they import it under, and its source. */
const modules = manifests.flatMap(({ folder, name, exports = {} }) =>
  Object.entries(exports).flatMap(
    ([path, { '@xorca/source': source }]): Array<[string, string]> =>
      source ? [[join(name, path), join(folder, source)]] : [],
  ),
);

const isSentence = ({ says }: PublicName) => /^[A-Z`].*\S \S.*[.:;)`]/s.test(says);

test('each package can be imported by its name', () => {
  const names = modules.map(([name]) => name);
  expect(names).toEqual(expect.arrayContaining(manifests.map(({ name }) => name)));
});

test('every name that a package exports has a docstring of at least a sentence', () => {
  const all = publicNames(
    modules.map(([, source]) => source),
    PACKAGES,
  );
  const bare = all.flatMap((names, at) =>
    names
      .filter((name) => !isSentence(name))
      .map(({ name, place, says }) => `${modules[at]?.[0]}: ${name} (${place}) ${JSON.stringify(says)}`),
  );
  expect(bare).toEqual([]);
  expect(all.every((names) => names.length > 0)).toBe(true);
});

test('a name without a docstring is found behind each way of exporting it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'xorca-names-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  write(
    'a.ts',
    `// No docstring.
    export const a = 1;
    /** Adds one. */
    export function b(): void {}
    interface Steps {
      /** Begins it. */
      readonly begun: 1;
      readonly ended: 2;
    }
    export const { begun, ended } = {} as Steps;`,
  );
  write('b.ts', `export { a as c } from './a.ts'; /** @example of nothing */ export interface D {}`);
  write('index.ts', `export { a, b, begun, ended } from './a.ts'; export { c, type D } from './b.ts';`);
  const [names = []] = publicNames([join(folder, 'index.ts')], folder);
  expect(names.map(({ name, place, says }) => [name, place, says])).toEqual([
    ['a', 'a.ts:2', ''],
    ['b', 'a.ts:4', 'Adds one.'],
    ['begun', 'a.ts:10', 'Begins it.'],
    ['ended', 'a.ts:10', ''],
    ['c', 'a.ts:2', ''],
    ['D', 'b.ts:1', ''],
  ]);
  expect(names.filter(isSentence).map(({ name }) => name)).toEqual(['b', 'begun']);
});
