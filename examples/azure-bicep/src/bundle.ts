import { cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { BOOKS } from '../../shared/library/book.ts';

const EXAMPLE = join(import.meta.dirname, '..');
const ENTRY = join(EXAMPLE, '../literature-summary/function-app.ts');

/** Bundles the functions of the literature summary into a folder, with `host.json` and the books beside them: all that Functions needs. */
export async function bundle(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await build({
    entryPoints: { index: ENTRY },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    // A client of Azure becomes a file of its own, which is loaded by the function that uses it.
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    minify: true,
    conditions: ['@xorca/source'],
    // The worker of Functions has it, and nobody else.
    external: ['@azure/functions-core'],
    // Some packages are CommonJS and ask for Node's own modules.
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
    },
    logLevel: 'warning',
  });
  await cp(BOOKS, join(folder, 'books'), { recursive: true });
  await cp(join(EXAMPLE, 'host.json'), join(folder, 'host.json'));
  await writeFile(join(folder, 'package.json'), `${JSON.stringify({ main: 'index.mjs' })}\n`);
}
