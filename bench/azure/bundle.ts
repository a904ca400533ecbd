import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Bundles an app of `apps` as one would for Azure Functions, and gives the code. */
export async function bundled(app: string, outfile: string): Promise<Uint8Array> {
  await build({
    entryPoints: [join(import.meta.dirname, 'apps', `${app}.ts`)],
    outfile,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    conditions: ['@xorca/source'],
    mainFields: ['module', 'main'],
    // It is there within the worker of Azure Functions only.
    external: ['@azure/functions-core'],
    // What is CommonJS asks for Node's modules by require.
    banner: {
      js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);",
    },
  });
  return readFile(outfile);
}
