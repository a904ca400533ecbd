import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type * as Core from '../../src/index.ts';
import type { Mutant } from './mutants.ts';

const packageFolder = join(import.meta.dirname, '../..');
const source = join(packageFolder, 'src');

/** Core, built with one guarantee taken out. Throws when the place is not there exactly once: a mutant must be one. */
export async function mutated(mutant: Mutant): Promise<{ core: typeof Core; dispose(): Promise<void> }> {
  const target = join(source, mutant.file);
  const before = await readFile(target, 'utf8');
  if (before.split(mutant.find).length !== 2)
    throw new Error(`Mutant "${mutant.name}" no longer fits ${mutant.file}: renew it.`);
  const folder = await mkdtemp(join(packageFolder, '.mutant-'));
  const outfile = join(folder, 'core.mjs');
  await build({
    entryPoints: [join(source, 'index.ts')],
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    external: ['xstate'],
    mainFields: ['module', 'main'],
    outfile,
    plugins: [
      {
        name: 'mutant',
        setup(hooks) {
          hooks.onLoad({ filter: /\.ts$/ }, async ({ path }) =>
            path === target
              ? { contents: before.replace(mutant.find, () => mutant.replace), loader: 'ts' }
              : undefined,
          );
        },
      },
    ],
  });
  const core = (await import(/* @vite-ignore */ pathToFileURL(outfile).href)) as typeof Core;
  return { core, dispose: () => rm(folder, { recursive: true, force: true }) };
}
