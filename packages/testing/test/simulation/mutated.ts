import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { Mutant } from './mutants.ts';
import type * as Systems from './systems.ts';

const packageFolder = join(import.meta.dirname, '../..');
const source = join(packageFolder, '../core/src');

/** The simulation on a core with one guarantee taken out. Throws when the place is not there exactly once: a mutant must be one. */
export async function mutated(
  mutant: Mutant,
): Promise<{ systems: typeof Systems; dispose(): Promise<void> }> {
  const target = join(source, mutant.file);
  const before = await readFile(target, 'utf8');
  if (before.split(mutant.find).length !== 2) {
    throw new Error(`Mutant "${mutant.name}" no longer fits ${mutant.file}: renew it.`);
  }
  const folder = await mkdtemp(join(packageFolder, '.mutant-'));
  const outfile = join(folder, 'systems.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'systems.ts')],
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@xorca/source'],
    external: ['xstate', 'zod'],
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
  const systems = (await import(/* @vite-ignore */ pathToFileURL(outfile).href)) as typeof Systems;
  return { systems, dispose: () => rm(folder, { recursive: true, force: true }) };
}
