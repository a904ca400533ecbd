import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };

/** What others can import: every entry of package.json that has sources. */
const ENTRIES = Object.entries(manifest.exports).flatMap(([name, conditions]) =>
  typeof conditions === 'string'
    ? []
    : [[name, join(import.meta.dirname, '..', conditions['@xorca/source'])]],
) as [name: string, file: string][];

const TARGETS: Record<string, BuildOptions> = {
  browser: { platform: 'browser' },
  worker: { platform: 'neutral', conditions: ['worker', 'import'], mainFields: ['module', 'main'] },
};

/** What only Node (or a bundler for Node) has. */
const NODE_GLOBALS = [
  'process',
  'Buffer',
  'require',
  'module',
  'global',
  '__dirname',
  '__filename',
  'setImmediate',
];
const MARK = 'NODE_GLOBAL_';

/** Found by the bundler, not by text: `process` is also a word of this project's own language. */
const MARKED = Object.fromEntries(
  NODE_GLOBALS.flatMap((name) => [
    [name, `${MARK}${name}`],
    [`globalThis.${name}`, `${MARK}${name}`],
  ]),
);

const PEERS = ['xstate', 'xstate/*', '@opentelemetry/api'];

const CASES = Object.entries(TARGETS).flatMap(([name, target]) =>
  ENTRIES.map(([path, file]) => ({ name, path, options: { ...target, entryPoints: [file] } })),
);

describe.each(CASES)('$path bundled for a $name', ({ options, path }) => {
  it('imports no module of Node', async () => {
    const builtins = new Set<string>();
    await bundle({ ...options, plugins: [collectBuiltins(builtins)] });
    expect([...builtins]).toEqual([]);
  });

  it('has nothing outside the bundle but its peer', async () => {
    const { metafile } = await bundle({ ...options, external: PEERS });
    const outside = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
    // Who wants no telemetry needs none of its packages.
    const peer = path === './telemetry' ? /^@opentelemetry\/api$/ : /^xstate(\/|$)/;
    expect([...new Set(outside)].filter((name) => !peer.test(name))).toEqual([]);
  });

  it('mentions no global of Node', async () => {
    const { text } = await bundle({ ...options, external: PEERS, define: MARKED });
    expect(text.split('\n').filter((line) => line.includes(MARK))).toEqual([]);
  });

  it('loads where there are only the globals of the web', async () => {
    const { text } = await bundle({ ...options, format: 'iife', globalName: 'entry' });
    const names = runInContext(`${text}; Object.keys(entry)`, webContext());
    expect(names).toEqual(expect.arrayContaining(path === '.' ? ['createCloudEvent', 'XorcaError'] : []));
  });
});

it('core works where there are only the globals of the web', async () => {
  const { text } = await bundle({
    entryPoints: ENTRIES[0]?.slice(1) ?? [],
    format: 'iife',
    globalName: 'core',
  });
  const make = "core.createCloudEvent({ type: 'cmd.a', source: '/test', subject: 'p-1', data: {} })";
  expect(runInContext(`${text}; ${make}`, webContext())).toMatchObject({ type: 'cmd.a', specversion: '1.0' });
});

it.each(NODE_GLOBALS)('the search for globals of Node would find %s', async (name) => {
  const contents = `export const found = [${name}('a'), globalThis.${name}];`;
  const { text } = await bundle({ stdin: { contents }, platform: 'neutral', define: MARKED });
  expect(text.split(`${MARK}${name}`)).toHaveLength(3);
});

it('the search for modules of Node would find them with and without their prefix', async () => {
  const contents = "import 'node:fs'; import 'events'; export { sep } from 'path';";
  const builtins = new Set<string>();
  await bundle({ stdin: { contents }, platform: 'browser', plugins: [collectBuiltins(builtins)] });
  expect([...builtins].map((found) => found.split(' ')[0]).sort()).toEqual(['events', 'node:fs', 'path']);
});

async function bundle(options: BuildOptions) {
  const result = await build({
    format: 'esm',
    target: 'es2024',
    logLevel: 'silent',
    ...options,
    bundle: true,
    write: false,
    metafile: true,
  });
  return { text: result.outputFiles[0]?.text ?? '', metafile: result.metafile };
}

/** Catches builtins before the bundler does: it would take an installed package of the same name for a bare one. */
function collectBuiltins(found: Set<string>): Plugin {
  const names = builtinModules.map((name) => name.replace(/[/.]/g, '\\$&')).join('|');
  return {
    name: 'collect-builtins',
    setup({ onResolve }) {
      onResolve({ filter: new RegExp(`^(node:.*|${names})$`) }, ({ path, importer }) => {
        found.add(`${path} in ${importer}`);
        return { path, external: true };
      });
    },
  };
}

/** A realm with the web's globals; the language's own come with every realm. */
function webContext() {
  const names = [
    'AbortController',
    'AbortSignal',
    'Event',
    'EventTarget',
    'Headers',
    'Request',
    'Response',
    'TextDecoder',
    'TextEncoder',
    'URL',
    'URLSearchParams',
    'clearInterval',
    'clearTimeout',
    'console',
    'crypto',
    'fetch',
    'performance',
    'queueMicrotask',
    'setInterval',
    'setTimeout',
    'structuredClone',
  ];
  const web = names.map((name) => [name, (globalThis as Record<string, unknown>)[name]] as const);
  return createContext(Object.fromEntries(web));
}
