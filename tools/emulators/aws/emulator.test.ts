import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { startDynamoDb } from './dynamodb.ts';
import { type Emulator, startModule, startProgram } from './emulator.ts';
import { startFauxqs } from './fauxqs.ts';
import { startSqs } from './sqs.ts';

const starts: Record<string, () => Promise<Emulator>> = { startDynamoDb, startFauxqs, startSqs };

it.each(Object.keys(starts))('%s answers on this machine alone, and is gone once it is stopped', async (name) => {
  const { endpoint, stop } = (await starts[name]?.()) as Emulator;
  expect(endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  await fetch(endpoint);
  await stop();
  await expect(fetch(endpoint)).rejects.toThrow();
  await stop();
});

it.each(['exit', 'kill'] as const)('ends with the program that started it: %s', async (way) => {
  const script = `
    const { startSqs } = await import(${JSON.stringify(join(import.meta.dirname, 'sqs.ts'))});
    const { startDynamoDb } = await import(${JSON.stringify(join(import.meta.dirname, 'dynamodb.ts'))});
    const [sqs, dynamodb] = await Promise.all([startSqs(), startDynamoDb()]);
    console.log(sqs.endpoint);
    console.log(dynamodb.endpoint);
    ${way === 'exit' ? 'process.exit()' : 'setInterval(() => {}, 1000)'}`;
  const parent = spawn(process.execPath, ['--input-type=module', '--no-warnings', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(parent, 'exit');
  const lines: string[] = [];
  for await (const line of createInterface({ input: parent.stdout })) {
    lines.push(line);
    if (lines.length === 2 && way === 'kill') parent.kill('SIGKILL');
  }
  await gone;
  expect(lines).toHaveLength(2);
  for (const endpoint of lines) {
    await expect.poll(() => fetch(endpoint).then(() => 'there', () => 'gone')).toBe('gone');
  }
});

it('says that a program or module could not be started', async () => {
  await expect(startProgram('/nowhere/at/all', () => [])).rejects.toThrow(/ended by itself/);
  await expect(startModule(join(import.meta.dirname, 'nothing.ts'))).rejects.toThrow(/ended by itself/);
});
