import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { startDynamoDb } from './aws/dynamodb.ts';
import { startFauxqs } from './aws/fauxqs.ts';
import { startSqs } from './aws/sqs.ts';
import { type Emulator, startPrinting, startProgram } from './emulator.ts';

const starts: Record<string, () => Promise<Emulator>> = { startDynamoDb, startFauxqs, startSqs };

it.each(Object.entries(starts))(
  '%s answers on this machine alone, and is gone once it is stopped',
  async (_name, start) => {
    const { endpoint, stop } = await start();
    expect(endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await fetch(endpoint);
    await stop();
    await expect(fetch(endpoint)).rejects.toThrow();
    await stop();
  },
);

const ends = {
  stop: 'await Promise.all([sqs.stop(), dynamodb.stop()]);',
  exit: 'process.exit();',
  kill: 'setInterval(() => {}, 1_000);',
};

it.each(Object.keys(ends) as (keyof typeof ends)[])(
  'none outlives the program that started it: %s',
  async (way) => {
    const script = `
    const { startSqs } = await import(${JSON.stringify(join(import.meta.dirname, 'aws/sqs.ts'))});
    const { startDynamoDb } = await import(${JSON.stringify(join(import.meta.dirname, 'aws/dynamodb.ts'))});
    const [sqs, dynamodb] = await Promise.all([startSqs(), startDynamoDb()]);
    console.log(sqs.endpoint);
    console.log(dynamodb.endpoint);
    ${ends[way]}`;
    const parent = spawn(process.execPath, ['--input-type=module', '--no-warnings', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(parent, 'exit');
    const lines: string[] = [];
    for await (const line of createInterface({ input: parent.stdout })) {
      lines.push(line);
      if (lines.length === 2 && way === 'kill') parent.kill('SIGKILL');
    }
    expect(await ended).toEqual(way === 'kill' ? [null, 'SIGKILL'] : [0, null]);
    expect(lines).toHaveLength(2);
    for (const endpoint of lines) await expect.poll(() => isThere(endpoint)).toBe(false);
  },
);

it('a program that ends by itself is not waited for', async () => {
  await expect(startProgram('/nowhere/at/all', () => [])).rejects.toThrow(/ended by itself/);
  const printing = startPrinting('/bin/echo', ['broken'], () => undefined);
  await expect(printing).rejects.toThrow(/ended by itself with 0.*broken/s);
});

async function isThere(endpoint: string): Promise<boolean> {
  return fetch(endpoint).then(
    () => true,
    () => false,
  );
}
