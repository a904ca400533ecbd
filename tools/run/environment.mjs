import { existsSync } from 'node:fs';
import { delimiter, dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

const BIN = join('node_modules', '.bin');

/**
 * The environment in which the project's tools run: its own Node and its own binaries come first.
 * @param {string} root
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {NodeJS.ProcessEnv}
 */
export function toolEnvironment(root, env = process.env) {
  return withPath(env, [join(root, BIN), ...outsidePath(root, env)]);
}

/**
 * The environment for npm itself: without the checkout's binaries, for `npm ci` deletes the Node that lies there.
 * @param {string} root
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {NodeJS.ProcessEnv}
 */
export function outsideEnvironment(root, env = process.env) {
  return withPath(env, outsidePath(root, env));
}

/**
 * How to start npm: the very one that runs us, else the one on the path.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {{ command: string, args: string[], shell: boolean }}
 */
export function npmCommand(env = process.env) {
  const { npm_execpath: npm, npm_node_execpath: node } = env;
  // Another package manager names itself there, too.
  if (npm?.endsWith('npm-cli.js') && existsSync(npm) && node && !node.includes(`${sep}node_modules${sep}`)) {
    return { command: node, args: [npm], shell: false };
  }
  // On Windows npm is a .cmd, which only a shell can start.
  return { command: 'npm', args: [], shell: process.platform === 'win32' };
}

/**
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 */
function outsidePath(root, env) {
  const path = env['PATH'] ?? env['Path'] ?? '';
  return path.split(delimiter).filter((entry) => entry !== '' && entry !== join(root, BIN));
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {string[]} entries
 * @returns {NodeJS.ProcessEnv}
 */
function withPath(env, entries) {
  // Windows knows the variable as Path; two spellings side by side would be settled by chance.
  const { PATH: _path, Path: _windowsPath, ...rest } = env;
  return { ...rest, PATH: entries.join(delimiter) };
}
