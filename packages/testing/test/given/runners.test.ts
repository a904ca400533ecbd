import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';

const SPECS = join(import.meta.dirname, 'runners');
const require = createRequire(import.meta.url);
const JEST = join(dirname(require.resolve('jest/package.json')), 'bin/jest.js');
const VITEST = join(dirname(require.resolve('vitest/package.json')), 'vitest.mjs');
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xorca-runners-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a test runner as its users do; answers its exit code and all that it printed. */
function run(args: readonly string[], cwd = SPECS): { code: number | null; text: string } {
  // What this runner tells its children would change how another one of it behaves.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|JEST|NODE_|VITE_|TEST$)/.test(name),
  );
  const env = { ...Object.fromEntries(inherited), NO_COLOR: '1', CI: '1' };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, env, encoding: 'utf8' });
  return { code: status, text: `${stdout}${stderr}` };
}

const nodeTest = (spec: string) =>
  run(['--conditions=@xorca/source', '--test', '--test-reporter=spec', spec]);

function vitest(spec: string) {
  const config = join(folder, 'vitest.config.mjs');
  const conditions = ['@xorca/source', 'node', 'development|production'];
  writeFileSync(
    config,
    `export default ${JSON.stringify({ root: SPECS, ssr: { resolve: { conditions } }, test: { include: [spec] } })}`,
  );
  return run([VITEST, 'run', '--config', config]);
}

async function jest(spec: string) {
  // Jest takes CommonJS, as it gets it from the built package.
  await build({
    entryPoints: [join(SPECS, spec)],
    outfile: join(folder, 'story.test.js'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    conditions: ['@xorca/source'],
    sourcemap: 'inline',
  });
  writeFileSync(join(folder, 'package.json'), '{}');
  const config = JSON.stringify({ rootDir: folder, testEnvironment: 'node', transform: {} });
  return run([JEST, '--ci', '--config', config], folder);
}

/** What must be in the output of every runner: the story and the difference of the test that fails. */
function expectOurFailure(text: string): void {
  expect(text).toContain('Not as expected after step 2, "advance 30s": state.');
  expect(text).toContain('+30s timeout cmd.books.fetch (process-1/1) → Late (done)');
  expect(text).toMatch(/state \(- expected, \+ actual\)\s+- 'Done'\s+\+ 'Late'/);
}

test('node:test passes what holds and shows the difference of what does not', () => {
  const { code, text } = nodeTest('node-spec.ts');
  expect(text).toMatch(/pass 1\n/);
  expect(text).toMatch(/fail 1\n/);
  expect(code).toBe(1);
  expectOurFailure(text);
  expect(text).toMatch(/story\.ts:\d+/);
});

test('vitest passes what holds and shows the difference of what does not, with the line', () => {
  const { code, text } = vitest('vitest-spec.ts');
  expect(text).toContain('1 failed | 1 passed');
  expect(code).toBe(1);
  expectOurFailure(text);
  expect(text).toMatch(/❯ (fails )?story\.ts:\d+/);
  // Its own difference of actual and expected.
  expect(text).toMatch(/-\s+"state": "Done"/);
});

test('jest passes what holds and shows the difference of what does not', async () => {
  const { code, text } = await jest('jest-spec.ts');
  expect(text).toContain('1 failed, 1 passed');
  expect(code).toBe(1);
  expectOurFailure(text);
});

test('a failing chain that nobody awaits fails the run of node:test and of vitest', () => {
  for (const { code, text } of [nodeTest('node-forgets-spec.ts'), vitest('vitest-forgets-spec.ts')]) {
    expect(code).toBe(1);
    expectOurFailure(text);
  }
});
