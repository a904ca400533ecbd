import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { fixture, message, returned, started } from './fixtures/started.ts';
import { type Functions, startFunctions } from './functions.ts';
import { FunctionsError } from './functions-error.ts';

interface Counted {
  readonly count: number;
  readonly pid: number;
}

const counted = async (functions: Functions) =>
  returned(await functions.invoke('counted', message(1))) as Counted;

describe('an app', () => {
  it('registers its functions by the package of Azure, and the host knows their triggers', async () => {
    const { functions } = await started();
    expect([...functions.keys()]).toContain('tick');
    expect(functions.get('tick')).toMatchObject({
      name: 'tick',
      trigger: { type: 'timerTrigger', schedule: '0 * * * * *', direction: 'in' },
    });
    expect(functions.get('told')?.trigger).toMatchObject({ queueName: '%QUEUE%', connection: 'Storage' });
    expect(Object.keys(functions.get('echo')?.bindings ?? {})).toHaveLength(2);
  });

  it('that throws while it loads, is not there or ends its process cannot be started', async () => {
    const apps = [
      ['broken-app.ts', 'TypeError', 'no settings found'],
      ['no-such-app.ts', 'Error', 'no-such-app.ts'],
      ['exiting-app.ts', 'WorkerProcessExitException', 'exited with code 7 before it had loaded the app'],
      ['streaming-app.ts', 'Error', 'leave enableHttpStream off'],
    ] as const;
    const starts = await Promise.allSettled(apps.map(([entry]) => startFunctions({ entry: fixture(entry) })));
    expect(starts).toMatchObject(
      apps.map(([, errorType, text]) => ({
        status: 'rejected',
        reason: { name: 'FunctionsError', kind: 'init', errorType, message: expect.stringContaining(text) },
      })),
    );
  });

  it('that does not load again after its process ended is tried anew by each invocation, not for ever', async () => {
    const answers = [200, 500, 200];
    let loads = 0;
    const server = createServer((_, response) => {
      loads += 1;
      response.writeHead(answers.shift() ?? 500).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close().closeAllConnections());
    const ASK = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const functions = await started({ entry: fixture('flaky-app.ts'), env: { ASK } });
    await expect(functions.invoke('exiting', message(1))).rejects.toMatchObject({ kind: 'crash' });
    await expect(functions.invoke('working', message(1))).rejects.toMatchObject({
      kind: 'init',
      message: 'not this time',
    });
    await vi.waitFor(() => expect(functions.workers).toBe(0), 30_000);
    expect(loads).toBe(2);
    expect(returned(await functions.invoke('working', message(1)))).toBe('worked');
    expect(functions.stats).toMatchObject({ invocations: 2, coldStarts: 3, errors: 2 });
  });

  it('can import the TypeScript of this repository, and may register only while it loads', async () => {
    const functions = await started({ entry: fixture('library-app.ts') });
    expect(returned(await functions.invoke('library', message(1)))).toBe('function');
    await expect(functions.invoke('late', message(1))).rejects.toThrow(
      'A function can only be registered during app startup.',
    );
  });
});

describe('an invocation', () => {
  it('finds the memory of the one before in the same process', async () => {
    const functions = await started();
    const first = await counted(functions);
    expect(await counted(functions)).toEqual({ count: 2, pid: first.pid });
    expect(first.pid).not.toBe(process.pid);
    expect(functions.workers).toBe(1);
    expect(functions.stats).toEqual({ invocations: 2, coldStarts: 1, killed: 0, timedOut: 0, errors: 0 });
  });

  it('runs beside others in the same process', async () => {
    const functions = await started();
    const ends = await Promise.all(
      [3, 3, 3].map(async (peers) => returned(await functions.invoke('waiting', message(peers)))),
    );
    expect(ends.map((end) => (end as Counted).count)).toEqual([3, 3, 3]);
    expect(new Set(ends.map((end) => (end as Counted).pid)).size).toBe(1);
  });

  it('goes to each of several processes in turn', async () => {
    const functions = await started({ concurrency: 2 });
    const pids: number[] = [];
    for (let n = 0; n < 4; n += 1) pids.push((await counted(functions)).pid);
    expect(new Set(pids).size).toBe(2);
    expect([pids[2], pids[3]]).toEqual([pids[0], pids[1]]);
    expect(functions.stats.coldStarts).toBe(2);
  });

  it('is told what the host was told, in the forms of the package', async () => {
    const functions = await started({ env: { QUEUE: 'orders' } });
    const told = await functions.invoke('told', {
      data: { string: '{"text":"ü🦈\\n"}' },
      triggerMetadata: { DequeueCount: { json: '3' }, Id: { string: 'm1' } },
      retryContext: { retryCount: 1, maxRetryCount: 4 },
    });
    expect(returned(told)).toMatchObject({
      input: { text: 'ü🦈\n' },
      functionName: 'told',
      triggerMetadata: { dequeueCount: 3, id: 'm1' },
      retryContext: { retryCount: 1, maxRetryCount: 4 },
      trigger: 'queueTrigger',
    });
  });

  it('sees the app settings and what the host sets, not the environment of who started it', async () => {
    vi.stubEnv('XORCA_OF_THE_PARENT', 'x');
    const functions = await started({ env: { TABLE: 'orders' } });
    const { env } = returned(await functions.invoke('told', message(1))) as { env: Record<string, string> };
    vi.unstubAllEnvs();
    expect(env).toMatchObject({ TABLE: 'orders', FUNCTIONS_WORKER_RUNTIME: 'node' });
    expect(env).not.toHaveProperty('XORCA_OF_THE_PARENT');
  });

  it('gives what it logs and prints to the log, what it logs before its end', async () => {
    const lines: string[] = [];
    const functions = await started({ log: (line) => lines.push(line) });
    await functions.invoke('printing', message(1));
    expect(lines).toContain('warning: to the log');
    await vi.waitFor(() => expect(lines).toEqual(expect.arrayContaining(['to stdout', 'to stderr'])), 30_000);
  });
});

describe('a function that fails', () => {
  it('by what it throws: its process lives on', async () => {
    const functions = await started();
    const failed = functions.invoke('throwing', message({ name: 'OrderError', message: 'none', code: 'X' }));
    await expect(failed).rejects.toBeInstanceOf(FunctionsError);
    await expect(failed).rejects.toMatchObject({
      kind: 'function',
      errorType: 'OrderError',
      message: 'none',
      code: 'X',
      trace: expect.arrayContaining([expect.stringContaining('app.ts')]),
    });
    await expect(functions.invoke('throwing', message('text'))).rejects.toMatchObject({ message: 'text' });
    expect(await counted(functions)).toMatchObject({ count: 1 });
    expect(functions.stats).toMatchObject({ coldStarts: 1, errors: 2 });
  });

  it('by ending its process: the invocation says with which code, and the next one finds another process', async () => {
    const functions = await started();
    await expect(functions.invoke('exiting', message(3))).rejects.toMatchObject({
      kind: 'crash',
      message: expect.stringContaining('exited with code 3 within an invocation'),
    });
    expect(await counted(functions)).toMatchObject({ count: 1 });
  });

  it('for it takes too long: its process is killed, with all that runs in it, and replaced', async () => {
    const functions = await started({ timeoutMs: 1_000 });
    const { pid } = await counted(functions);
    const ends = await Promise.allSettled([
      functions.invoke('hanging', message(1)),
      functions.invoke('waiting', message(1_000)),
    ]);
    expect(ends).toMatchObject([
      {
        reason: {
          kind: 'timeout',
          errorType: 'FunctionTimeoutException',
          message: 'Timeout value of 00:00:01.000 was exceeded by function: hanging',
        },
      },
      { reason: { kind: expect.stringMatching(/^(crash|timeout)$/) } },
    ]);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect(await counted(functions)).toMatchObject({ count: 1 });
    expect(functions.stats).toMatchObject({ coldStarts: 2, timedOut: 1, errors: 2, killed: 0 });
  });
});

describe('a fault', () => {
  it('kills the process of an invocation, with all that runs in it, and another takes its place', async () => {
    const seen: unknown[] = [];
    const functions = await started({
      fault({ n, name, data }) {
        seen.push([n, name, data.string]);
        return n === 3 ? { killAfterMs: 0 } : undefined;
      },
    });
    const { pid } = await counted(functions);
    const ends = await Promise.allSettled([
      functions.invoke('hanging', message(2)),
      functions.invoke('hanging', message(3)),
    ]);
    for (const end of ends) {
      expect(end).toMatchObject({
        reason: { kind: 'crash', message: expect.stringContaining('ended by SIGKILL within an invocation') },
      });
    }
    expect(seen).toEqual([
      [1, 'counted', '1'],
      [2, 'hanging', '2'],
      [3, 'hanging', '3'],
    ]);
    const after = await counted(functions);
    expect(after.count).toBe(1);
    expect(after.pid).not.toBe(pid);
    expect(functions.stats).toEqual({ invocations: 4, coldStarts: 2, killed: 1, timedOut: 0, errors: 2 });
  });

  it('that comes after the end of its invocation does nothing', async () => {
    const functions = await started({ fault: () => ({ killAfterMs: 600_000 }) });
    await counted(functions);
    expect(await counted(functions)).toMatchObject({ count: 2 });
    expect(functions.stats.killed).toBe(0);
  });

  it('of one process leaves the other at work, which gets all until there is a new one', async () => {
    const functions = await started({
      concurrency: 2,
      fault: ({ name }) => (name === 'hanging' ? { killAfterMs: 0 } : undefined),
    });
    const pids = new Set([(await counted(functions)).pid, (await counted(functions)).pid]);
    await expect(functions.invoke('hanging', message(1))).rejects.toMatchObject({ kind: 'crash' });
    while (functions.stats.coldStarts < 3) await new Promise((resolve) => setImmediate(resolve));
    const [first, second] = await Promise.all([counted(functions), counted(functions)]);
    expect([first.count, second.count]).toEqual([2, 3]);
    expect(second.pid).toBe(first.pid);
    expect(pids).toContain(first.pid);
    await vi.waitFor(() => expect(functions.workers).toBe(2), 30_000);
  });
});

describe('startFunctions', () => {
  it('refuses options that cannot be meant', async () => {
    for (const [options, text] of [
      [{ entry: 'app.ts' }, 'entry of startFunctions must be an absolute path'],
      [{ timeoutMs: 0 }, 'timeoutMs of startFunctions must be'],
      [{ timeoutMs: 600_001 }, 'timeoutMs of startFunctions must be'],
      [{ concurrency: 0 }, 'concurrency of startFunctions must be'],
    ] as const) {
      await expect(startFunctions({ entry: '/x.ts', ...options })).rejects.toThrow(text);
    }
  });

  it('gives functions that reject a name nobody registered', async () => {
    await expect((await started()).invoke('nobody', message(1))).rejects.toThrow(
      'There is no function nobody.',
    );
  });
});
