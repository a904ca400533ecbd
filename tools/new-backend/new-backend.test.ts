import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT, toolEnvironment } from '../run/environment.mjs';
import { checkedName } from './backend-name.mjs';
import { nextSteps } from './next-steps.mjs';
import { writeBackend } from './write-backend.mjs';

let root: string;

// A folder shaped like the repository, with its settings and packages, and nothing in packages/ but core's manifest.
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'xorca-new-backend-'));
  for (const file of [
    'LICENSE',
    '.gitignore',
    'biome.json',
    'package.json',
    'packages/core/package.json',
    'tsconfig.base.json',
    'tsup.base.ts',
    'vitest.workspace.ts',
  ]) {
    cpSync(join(ROOT, file), join(root, file), { recursive: true });
  }
  mkdirSync(join(root, 'tools'));
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
});
afterEach(() => rmSync(root, { recursive: true }));

function run(command: string, ...args: string[]) {
  const env = { ...toolEnvironment(ROOT), NO_COLOR: '1' };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, env, encoding: 'utf8' });
  return { status, output: `${stdout}${stderr}` };
}

describe('a generated backend', () => {
  // The shortest and the longest name: lines break in other places.
  for (const name of ['kv', 'a-name-as-long-as-can-be']) {
    it(`called ${name} type-checks, passes its contract, and has nothing for the linter to say`, () => {
      const files = writeBackend(checkedName(name, root), root);
      for (const file of files) expect(existsSync(join(root, file)), file).toBe(true);
      expect(run('tsc', '-p', `packages/${name}/tsconfig.json`)).toEqual({ status: 0, output: '' });
      const lint = run('biome', 'check', '--error-on-warnings', `packages/${name}`);
      expect(lint, lint.output).toMatchObject({ status: 0 });
      const report = join(root, 'report.json');
      const args = [
        '--config',
        'vitest.workspace.ts',
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${report}`,
      ];
      const tests = run('vitest', 'run', ...args, '--project', `@xorca/${name}`);
      expect(tests, tests.output).toMatchObject({ status: 0 });
      const { numPassedTests, numTotalTests } = JSON.parse(readFileSync(report, 'utf8'));
      expect(numPassedTests).toBe(numTotalTests);
      expect(numPassedTests).toBeGreaterThan(20);
    });
  }

  it('is a store that fails its contract as soon as its write is not conditional', () => {
    writeBackend('kv', root);
    const store = join(root, 'packages/kv/src/kv-store.ts');
    const text = readFileSync(store, 'utf8');
    const condition = 'if (client.get(key)?.revision !== expected) return false;';
    expect(text).toContain(condition);
    writeFileSync(store, text.replace(condition, ''));
    const tests = run('vitest', 'run', '--config', 'vitest.workspace.ts', '--project', '@xorca/kv');
    expect(tests.status).toBe(1);
    expect(tests.output).toContain(
      'FAIL  |@xorca/kv| src/kv-store.test.ts > kvStore > a stale save conflicts',
    );
  });

  it('has the same fields in its manifest as the packages that are here, and core of the same version', () => {
    writeBackend('kv', root);
    const manifest = JSON.parse(readFileSync(join(root, 'packages/kv/package.json'), 'utf8'));
    const local = JSON.parse(readFileSync(join(ROOT, 'packages/local/package.json'), 'utf8'));
    expect(Object.keys(manifest)).toEqual(Object.keys(local));
    expect(manifest.version).toBe(local.version);
    expect(manifest.exports).toEqual(local.exports);
    expect(manifest.dependencies).toEqual(local.dependencies);
  });

  it('leaves no placeholder and nothing but the two places it names', () => {
    const files = writeBackend('kv-two', root);
    expect(files).toEqual([
      'docs/backends/kv-two.md',
      'packages/kv-two/LICENSE',
      'packages/kv-two/README.md',
      'packages/kv-two/package.json',
      'packages/kv-two/src/index.ts',
      'packages/kv-two/src/kv-two-store.test.ts',
      'packages/kv-two/src/kv-two-store.ts',
      'packages/kv-two/tsconfig.json',
      'packages/kv-two/tsup.config.ts',
    ]);
    for (const file of files) expect(readFileSync(join(root, file), 'utf8'), file).not.toMatch(/__[A-Z_]+__/);
    expect(readdirSync(join(root, 'packages'))).toEqual(['core', 'kv-two']);
    expect(readFileSync(join(root, 'packages/kv-two/src/index.ts'), 'utf8')).toContain('kvTwoStore');
  });
});

describe('the name of a backend', () => {
  it.each([
    ['Redis', 'redis'],
    ['@xorca/redis', 'redis'],
    ['My Store', 'my-store'],
    ['dynamoDb', 'dynamo-db'],
    ['../evil', 'evil'],
    ['my_store', 'my-store'],
    ['-x', 'x'],
    ['a--b', 'a-b'],
    ['4store', 'store'],
    ['a-very-long-name-of-many-words', 'a-very-long-name-of-many'],
  ])('%s is refused, and %s is proposed', (given, near) => {
    expect(() => checkedName(given, root)).toThrow(`"${given}" cannot be the name of a backend`);
    expect(() => checkedName(given, root)).toThrow(`Did you mean "${near}"?`);
    expect(checkedName(near, root)).toBe(near);
  });

  it.each(['字', '--', '42'])('%s is refused with no proposal', (given) => {
    expect(() => checkedName(given, root)).toThrow(/cannot be the name.* at most 24 characters\.$/);
  });

  it('must be there', () => {
    for (const given of [undefined, ''])
      expect(() => checkedName(given, root)).toThrow('A backend needs a name. Usage: npm run new:backend');
  });

  it('must not be taken, by a package or by a page', () => {
    expect(() => checkedName('core', root)).toThrow('packages/core exists already, and nothing was written.');
    mkdirSync(join(root, 'docs/backends'), { recursive: true });
    writeFileSync(join(root, 'docs/backends/redis.md'), 'mine');
    expect(() => checkedName('redis', root)).toThrow('docs/backends/redis.md exists already');
    expect(() => writeBackend('redis', root)).toThrow('EEXIST');
    expect(readFileSync(join(root, 'docs/backends/redis.md'), 'utf8')).toBe('mine');
  });
});

describe('npm run new:backend', () => {
  const main = (...args: string[]) => run('node', join(ROOT, 'tools/new-backend/main.mjs'), ...args);

  it('says in one line what is wrong, and writes nothing', () => {
    const before = readdirSync(join(ROOT, 'packages'));
    for (const [args, message] of [
      [[], 'A backend needs a name. Usage: npm run new:backend -- <name>'],
      [['Redis'], 'Did you mean "redis"?'],
      [['local'], 'packages/local exists already'],
      [['redis', 'memcached'], 'One name at a time'],
    ] as const) {
      const { status, output } = main(...args);
      expect(status).toBe(1);
      expect(output).toContain(message);
      expect(output.trim().split('\n')).toHaveLength(1);
    }
    expect(readdirSync(join(ROOT, 'packages'))).toEqual(before);
  });

  it('says what was made and what to do next', () => {
    const text = nextSteps('redis', ['packages/redis/package.json']);
    expect(text).toContain('Made @xorca/redis');
    expect(text).toContain('npm run test:unit -- --project @xorca/redis');
    expect(text).toContain('docs/write-a-backend.md');
  });
});
