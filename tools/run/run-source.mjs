import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { ROOT, toolEnvironment } from './environment.mjs';
import { sourceFlags } from './node-version.mjs';
import { Problem } from './problem.mjs';
import { setUp } from './setup.mjs';

/**
 * Sets up, then runs a TypeScript file of the repository from sources, as if it had been started by hand.
 * @param {string} file relative to the repository
 * @param {readonly string[]} args
 * @returns {Promise<number>} its exit code
 */
export function runSource(file, args) {
  const version = setUp();
  if (!existsSync(join(ROOT, file))) throw new Problem(`${file} is not in this checkout.`);
  return new Promise((resolve, reject) => {
    const child = spawn('node', [...sourceFlags(version), file, ...args], {
      cwd: ROOT,
      env: toolEnvironment(ROOT),
      stdio: 'inherit',
    });
    // The terminal sends Ctrl-C to the child as well: stay until it has closed what it holds.
    process.on('SIGINT', () => {});
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      // The shell's way to tell a signal.
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
