import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { median } from './measure.ts';
import { atMost, info, type Row } from './row.ts';

const core = join(import.meta.dirname, '../packages/core/src/index.ts');

/** What a function's code loads of core, as bundlers leave out the rest. */
const LOADS = {
  'a function with an orchestrator': ['createOrchestrator', 'createRunner', 'defineCommand', 'fromCommand'],
  "a fleet's function": ['createFleet', 'createFleetRunner', 'defineCommand', 'onCommand', 'CommandError'],
  'all of core': ['*'],
} as const;

/** (e) What core weighs, minified, gzipped and without xstate, and how long it takes to load. */
export async function size(): Promise<Row[]> {
  const kilobytes = async (names: readonly string[]) => (await bundle(names)).length / 1024;
  return [
    atMost(
      'a function with an orchestrator and commands loads of core',
      await kilobytes(LOADS['a function with an orchestrator']),
      'KB',
      25,
    ),
    info("a fleet's function loads of core", await kilobytes(LOADS["a fleet's function"]), 'KB'),
    info('all of core', await kilobytes(LOADS['all of core']), 'KB'),
    info(
      'import of core with xstate, in a new process',
      importTime('@xorca/core') - importTime(undefined),
      'ms',
    ),
  ];
}

/** Gzipped code of what a bundler makes of an import of these names. */
async function bundle(names: readonly string[]): Promise<Uint8Array> {
  const what = names[0] === '*' ? '*' : `{ ${names.join(', ')} }`;
  const { outputFiles } = await build({
    stdin: { contents: `export ${what} from ${JSON.stringify(core)};`, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    external: ['xstate'],
    write: false,
  });
  return gzipSync(outputFiles[0]?.contents ?? new Uint8Array());
}

/** Median milliseconds of a new process that imports a module, or nothing. */
function importTime(name: string | undefined): number {
  const code = name ? `await import(${JSON.stringify(name)})` : '';
  const once = () => {
    const from = performance.now();
    execFileSync(
      process.execPath,
      ['--conditions=@xorca/source', '--no-warnings', '--input-type=module', '-e', code],
      { cwd: join(import.meta.dirname, '..') },
    );
    return performance.now() - from;
  };
  return median(Array.from({ length: 7 }, once));
}
