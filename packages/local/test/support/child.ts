import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterwards } from './temp-folder.ts';

/** Runs a script of this folder in a process of its own, from the sources; killed when the test is over. */
export function child(script: string, ...args: readonly string[]): ChildProcess {
  const flags = ['--conditions=@xorca/source', '--experimental-strip-types', '--no-warnings'];
  const process_ = spawn(process.execPath, [...flags, join(import.meta.dirname, script), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  afterwards(() => process_.kill('SIGKILL'));
  return process_;
}

/** Waits until the child says its next thing. */
export async function said(process_: ChildProcess): Promise<string> {
  const [chunk] = await Promise.race([
    once(process_.stdout ?? process_, 'data'),
    once(process_, 'exit').then(([code]) => {
      throw new Error(`the child ended with ${code}`);
    }),
  ]);
  return String(chunk);
}

/** Kills the child as a crash would, and waits until it is gone. */
export async function kill(process_: ChildProcess): Promise<void> {
  const gone = once(process_, 'exit');
  process_.kill('SIGKILL');
  await gone;
}
