import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createRunner, memoryPublisher } from '@xorca/core';
import { sqliteStore } from '@xorca/local';
import { expect, test } from 'vitest';
import { chain } from './machine.ts';

const PROCESSES = 200;
const KILLS = 30;
const seed = Number(process.env['XORCA_SEED'] ?? 20_260_101);

test(`killed ${KILLS} times at random moments (XORCA_SEED=${seed}), the outcome is that of an undisturbed run`, {
  timeout: 240_000,
}, async () => {
  const calm = await mkdtemp(join(tmpdir(), 'xorca-calm-'));
  const wild = await mkdtemp(join(tmpdir(), 'xorca-wild-'));
  try {
    await finish(start(calm));
    const random = chance(seed);
    let midway = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      if (await killWhileWorking(start(wild), Math.floor(random() * 60))) midway++;
    }
    expect(midway, 'kills that hit a program at work').toBe(KILLS);
    await finish(start(wild));

    expect(await outcome(wild)).toEqual(await outcome(calm));
    const seen = await observed(wild);
    // At least once each, and the same event each time.
    expect(new Set(seen)).toEqual(new Set(await observed(calm)));
    expect(new Set(seen).size).toBe(PROCESSES);
  } finally {
    await Promise.all([calm, wild].map((dir) => rm(dir, { recursive: true, force: true })));
  }
});

function start(dir: string): ChildProcess {
  const file = join(import.meta.dirname, 'child.ts');
  return spawn(
    process.execPath,
    ['--conditions=@xorca/source', '--no-warnings', file, dir, String(PROCESSES)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
}

async function finish(child: ChildProcess): Promise<void> {
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
}

/** Kills a child some ms after it is ready; false when it had ended before. */
async function killWhileWorking(child: ChildProcess, afterMs: number): Promise<boolean> {
  const exited = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream }))
    if (line === 'ready') break;
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  child.kill('SIGKILL');
  const [, signal] = await exited;
  return signal === 'SIGKILL';
}

/** Every process with its state, inputs and number of effects: all that is not a time. */
async function outcome(dir: string): Promise<unknown[]> {
  const store = sqliteStore({ path: join(dir, 'xorca.db') });
  try {
    const runner = createRunner(chain, { store, publisher: memoryPublisher() });
    const { items } = await runner.list({ limit: 1000 });
    return await Promise.all(
      items.map(async ({ id }) => {
        const details = await runner.get(id);
        const counter = JSON.parse((await store.load(id))?.record.body ?? '{}').counter;
        return {
          id,
          status: details?.status,
          value: details?.value,
          context: details?.context,
          outbox: details?.outbox,
          counter,
        };
      }),
    );
  } finally {
    store.close();
  }
}

async function observed(dir: string): Promise<string[]> {
  return (await readFile(join(dir, 'observed'), 'utf8')).trim().split('\n');
}

function chance(state: number): () => number {
  let x = state >>> 0;
  return () => {
    x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0;
    return x / 4_294_967_296;
  };
}
