import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { whyInstall } from './installed.mjs';

const LINUX = { platform: 'linux', arch: 'x64' };
const VITEST = { version: '5.1.1', integrity: 'sha512-v' };

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'xorca-setup-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(file: string, content: unknown) {
  mkdirSync(join(root, file, '..'), { recursive: true });
  writeFileSync(join(root, file), JSON.stringify(content));
}

/** A checkout with one package, installed as the lock file says unless `record` says otherwise. */
function checkout({ lock = {}, record = lock }: { lock?: object; record?: object | undefined } = {}) {
  const tools = { devDependencies: { vitest: '5.1.1' } };
  const core = { dependencies: { left: '1.0.0', also: '2.0.0' } };
  write('package.json', { workspaces: ['packages/*', 'examples/*'], scripts: {}, ...tools });
  write('packages/core/package.json', core);
  write('package-lock.json', {
    packages: { '': tools, 'packages/core': core, 'node_modules/vitest': VITEST, ...lock },
  });
  write('node_modules/.package-lock.json', {
    packages: { 'packages/core': core, 'node_modules/vitest': VITEST, ...record },
  });
}

describe('whether an install is needed', () => {
  it('is not while node_modules is what the lock file says', () => {
    checkout();
    expect(whyInstall(root, LINUX)).toBeUndefined();
  });

  it('is when nothing was ever installed, or an install was broken off', () => {
    checkout();
    rmSync(join(root, 'node_modules/.package-lock.json'));
    expect(whyInstall(root, LINUX)).toBe('nothing is installed yet');
  });

  it('is when the lock file names another version, another content or one package more', () => {
    for (const vitest of [
      { ...VITEST, version: '5.2.0' },
      { ...VITEST, integrity: 'sha512-w' },
    ]) {
      checkout({ lock: { 'node_modules/vitest': vitest }, record: {} });
      expect(whyInstall(root, LINUX)).toBe('vitest is not as in package-lock.json');
    }
    checkout({ lock: { 'node_modules/@noble/hashes': { version: '2.4.0' } }, record: {} });
    expect(whyInstall(root, LINUX)).toBe('@noble/hashes is not as in package-lock.json');
  });

  it('is when something is installed that the lock file does not name any more', () => {
    checkout({ record: { 'node_modules/left-over': { version: '1.0.0' } } });
    expect(whyInstall(root, LINUX)).toBe('left-over is not in package-lock.json');
  });

  it('is not for an optional package of another platform', () => {
    checkout({
      lock: { 'node_modules/@biomejs/cli-win32-x64': { version: '1.0.0', optional: true } },
      record: {},
    });
    expect(whyInstall(root, LINUX)).toBeUndefined();
  });

  it('is when node_modules came from another kind of machine', () => {
    checkout({ lock: { 'node_modules/fast': { optional: true, os: ['darwin'], cpu: ['arm64'] } } });
    expect(whyInstall(root, LINUX)).toBe('fast was installed for another kind of machine');
    expect(whyInstall(root, { platform: 'darwin', arch: 'arm64' })).toBeUndefined();
  });

  it('understands packages for every platform but one', () => {
    checkout({ lock: { 'node_modules/posix': { os: ['!win32'] } } });
    expect(whyInstall(root, LINUX)).toBeUndefined();
    expect(whyInstall(root, { platform: 'win32', arch: 'x64' })).toMatch('another kind of machine');
  });

  it('is when a package.json asks for other dependencies than the lock file knows', () => {
    checkout();
    write('packages/core/package.json', { dependencies: { left: '1.0.1', also: '2.0.0' } });
    expect(whyInstall(root, LINUX)).toBe('dependencies of packages/core changed');
  });

  it('is when a workspace is new', () => {
    checkout();
    write('examples/new/package.json', { dependencies: { left: '1.0.0' } });
    expect(whyInstall(root, LINUX)).toBe('dependencies of examples/new changed');
  });

  it('is not when a package.json changed in other ways, or in its order', () => {
    checkout();
    write('packages/core/package.json', {
      dependencies: { also: '2.0.0', left: '1.0.0' },
      scripts: { a: 'b' },
    });
    expect(whyInstall(root, LINUX)).toBeUndefined();
  });

  it('does not care where npm took a package from', () => {
    const resolved = 'https://registry.example/vitest.tgz';
    checkout({ record: { 'node_modules/vitest': { ...VITEST, resolved } } });
    expect(whyInstall(root, LINUX)).toBeUndefined();
  });
});
