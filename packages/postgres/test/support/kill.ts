import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Starts a program that saves without end, kills it some ms after its first save, and gives the last number it was told is saved. */
export async function killWhileSaving(where: string, schema: string, afterMs: number): Promise<number> {
  const file = join(import.meta.dirname, 'saver.ts');
  const child: ChildProcess = spawn(
    process.execPath,
    ['--conditions=@xorca/source', '--no-warnings', file, where, schema],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exited = once(child, 'exit');
  let last = 0;
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    if (line === 'ready') continue;
    if (last === 0) setTimeout(() => child.kill('SIGKILL'), afterMs);
    last = Number(line);
  }
  const [, signal] = await exited;
  if (signal !== 'SIGKILL') throw new Error('The program that saves ended by itself.');
  return last;
}
