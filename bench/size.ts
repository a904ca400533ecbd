import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { median } from './measure.ts';
import { atMost, info, type Row } from './row.ts';

const core = join(import.meta.dirname, '../packages/core/src/index.ts');

/** What core weighs and how long it takes to load. */
export async function size(): Promise<Row[]> {
  const { outputFiles } = await build({
    entryPoints: [core],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    external: ['xstate'],
    write: false,
  });
  const code = outputFiles[0]?.contents ?? new Uint8Array();
  return [
    atMost('core, minified and gzipped, without xstate', gzipSync(code).length / 1024, 'KB', 25),
    info(
      'import of core with xstate, in a new process',
      importTime('@xorca/core') - importTime(undefined),
      'ms',
    ),
  ];
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
