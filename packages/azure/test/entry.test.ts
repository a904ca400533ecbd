import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { expect, it } from 'vitest';

/** The packages of Azure that the main file of a bundle of these names asks for. */
async function sdksOf(names: string, options: BuildOptions): Promise<readonly string[]> {
  const entry = join(import.meta.dirname, '../src/index.ts');
  const { metafile } = await build({
    stdin: {
      contents: `export { ${names} } from ${JSON.stringify(entry)};`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    format: 'esm',
    platform: 'node',
    outdir: 'out',
    external: ['@azure/*'],
    conditions: ['@xorca/source'],
    write: false,
    ...options,
    metafile: true,
  });
  const main = Object.entries(metafile?.outputs ?? {}).find(([path]) => path.endsWith('stdin.js'));
  const sdks = main?.[1].imports.map(({ path }) => path).filter((path) => path.startsWith('@azure/'));
  return [...new Set(sdks)].sort();
}

const ALL =
  'functionsHandler, registerOrchestrator, tableStore, blobStore, blobLeaseLock, serviceBusPublisher, eventGridPublisher, storageQueuePublisher, azureScheduler';

it('an import loads no SDK: each is loaded with the first call', async () => {
  expect(await sdksOf(ALL, { splitting: true })).toEqual([]);
});

it('a bundle takes only the SDKs of the services that are used', async () => {
  const sdks = async (names: string) => (await sdksOf(names, {})).map((name) => name.replace('@azure/', ''));
  expect(await sdks('functionsHandler, registerOrchestrator')).toEqual([]);
  expect(await sdks('tableStore, serviceBusPublisher')).toEqual(['data-tables', 'identity', 'service-bus']);
  expect(await sdks('blobStore, storageQueuePublisher')).toEqual([
    'identity',
    'storage-blob',
    'storage-queue',
  ]);
  expect(await sdks('eventGridPublisher, azureScheduler')).toEqual([
    'eventgrid',
    'identity',
    'service-bus',
    'storage-queue',
  ]);
});
