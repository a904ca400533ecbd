import { spawn } from 'node:child_process';

/**
 * @typedef {{ ok: boolean, output: string }} StepResult
 */

/** The slowest step takes about eight minutes on two cores: one that takes half an hour hangs. */
const LIMIT_MS = 30 * 60_000;

/**
 * Runs a command line, with stdout and stderr as one text in the order they came.
 * @param {string} commandLine
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, limitMs?: number }} options
 * @returns {Promise<StepResult>}
 */
export function runStep(commandLine, { cwd, env, limitMs = LIMIT_MS }) {
  return new Promise((resolve) => {
    // A group of its own, so that a hanging step ends with all its children.
    const child = spawn(commandLine, { cwd, env, shell: true, detached: process.platform !== 'win32' });
    let output = '';
    const take = (/** @type {Buffer} */ chunk) => {
      output += chunk;
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const end = () => killTree(child.pid);
    const limit = setTimeout(() => {
      output += `\nStopped after ${limitMs / 1000} s.\n`;
      end();
    }, limitMs);
    const interrupt = () => {
      end();
      process.exit(130);
    };
    process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
    const finish = (/** @type {boolean} */ ok) => {
      clearTimeout(limit);
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
      resolve({ ok, output });
    };
    child.once('error', (error) => {
      output += String(error);
      finish(false);
    });
    child.once('close', (code) => finish(code === 0));
  });
}

/** @param {number | undefined} pid */
function killTree(pid) {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It ended by itself in between.
  }
}
