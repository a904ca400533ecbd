import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { fixture, started } from './fixtures/started.ts';
import { startLambda } from './lambda.ts';
import { LambdaError } from './lambda-error.ts';
import { MAX_RESPONSE_BYTES } from './runtime-api.ts';

interface Counted {
  readonly count: number;
  readonly pid: number;
}

describe('an invocation', () => {
  it('finds the memory of the one before in the same process', async () => {
    const lambda = await started('counted');
    const first = (await lambda.invoke({})) as Counted;
    const second = (await lambda.invoke({})) as Counted;
    expect(first.count).toBe(1);
    expect(second).toEqual({ count: 2, pid: first.pid });
    expect(first.pid).not.toBe(process.pid);
    expect(lambda.sandboxes).toBe(1);
    expect(lambda.stats).toEqual({ invocations: 2, coldStarts: 1, killed: 0, timedOut: 0, errors: 0 });
  });

  it('is given the event as it was when it was invoked, and the context of Lambda', async () => {
    const lambda = await started('told', { timeoutMs: 500_000 });
    const event = { text: 'ü🦈\n', nested: [1, null] };
    const before = Date.now();
    const invocation = lambda.invoke(event);
    event.text = 'changed later';
    const told = (await invocation) as Awaited<ReturnType<typeof import('./fixtures/functions.ts').told>>;
    const after = Date.now();
    expect(told.event).toEqual({ text: 'ü🦈\n', nested: [1, null] });
    expect(told.context).toEqual({
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      functionName: told.env['AWS_LAMBDA_FUNCTION_NAME'],
      functionVersion: '$LATEST',
      invokedFunctionArn: expect.stringMatching(/^arn:aws:lambda:eu-central-1:\d{12}:function:xorca-test$/),
      memoryLimitInMB: '1024',
    });
    expect(told.deadlineAt).toBeGreaterThanOrEqual(before + 500_000);
    expect(told.deadlineAt).toBeLessThanOrEqual(after + 500_000);
  });

  it('sees the environment of Lambda and its own, not that of who started it', async () => {
    vi.stubEnv('XORCA_OF_THE_PARENT', 'x');
    onTestFinished(() => void vi.unstubAllEnvs());
    const lambda = await started('told', { env: { TABLE: 'orders', AWS_REGION: 'eu-west-1' } });
    const { env } = (await lambda.invoke(null)) as { env: Record<string, string> };
    expect(env).toMatchObject({
      TABLE: 'orders',
      AWS_REGION: 'eu-west-1',
      AWS_LAMBDA_FUNCTION_NAME: 'xorca-test',
      AWS_LAMBDA_RUNTIME_API: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      AWS_ACCESS_KEY_ID: 'test',
      _HANDLER: 'functions.ts.told',
    });
    expect(env).not.toHaveProperty('XORCA_OF_THE_PARENT');
  });

  it('that returns nothing answers null', async () => {
    expect(await (await started('silent')).invoke(undefined)).toBe(null);
  });

  it('may answer 6 MB and not more', async () => {
    const lambda = await started('sized');
    expect(await lambda.invoke({ bytes: MAX_RESPONSE_BYTES })).toHaveLength(MAX_RESPONSE_BYTES - 2);
    await expect(lambda.invoke({ bytes: MAX_RESPONSE_BYTES + 1 })).rejects.toMatchObject({
      kind: 'function',
      errorType: 'Function.ResponseSizeTooLarge',
    });
    expect(await lambda.invoke({ bytes: 10 })).toHaveLength(8);
    expect(lambda.stats.coldStarts).toBe(1);
  });

  it('can import the TypeScript of this repository', async () => {
    const lambda = await started('handler', { entry: fixture('library-user.ts') });
    expect(await lambda.invoke(null)).toBe('function');
  });

  it('gives each line that it prints to the log', async () => {
    const lines: string[] = [];
    const lambda = await started('printing', { log: (line) => lines.push(line) });
    await lambda.invoke(null);
    await vi.waitFor(() => expect(lines.sort()).toEqual(['to stderr', 'to stdout']), 30_000);
  });
});

describe('a sandbox', () => {
  it('is frozen between invocations: its timers do not tick', async () => {
    const lambda = await started('ticked');
    const clock = await started('ticked');
    // The first ticks go to show that its timer does tick, and that it goes on after an invocation.
    const atFirst = Number(await lambda.invoke({ atLeast: 5 }));
    const elsewhere = Number(await clock.invoke({ atLeast: 500 }));
    const atLast = Number(await lambda.invoke({ atLeast: 0 }));
    expect(elsewhere).toBeGreaterThanOrEqual(500);
    expect(atLast - atFirst).toBeLessThan(100);
    expect(Number(await lambda.invoke({ atLeast: 5 }))).toBeGreaterThanOrEqual(atLast + 5);
  });

  it('is one of so many at most: further invocations wait for it', async () => {
    let waiting: Array<() => void> = [];
    // Answers two requests at once: so two invocations must run at the same time.
    const server = createServer((_, response) => {
      waiting.push(() => response.end());
      if (waiting.length < 2) return;
      for (const answer of waiting) answer();
      waiting = [];
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close().closeAllConnections());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const lambda = await started('fetching', { concurrency: 2 });
    const pids = await Promise.all(Array.from({ length: 8 }, () => lambda.invoke({ url })));
    expect(new Set(pids).size).toBe(2);
    expect(lambda.sandboxes).toBe(2);
    expect(lambda.stats).toMatchObject({ invocations: 8, coldStarts: 2, errors: 0 });
  });

  it('is killed when an invocation takes longer than its timeout, and the next one starts cold', async () => {
    const lambda = await started('hangingOrCounted', { timeoutMs: 2_000 });
    const first = (await lambda.invoke({ hang: false })) as Counted;
    await expect(lambda.invoke({ hang: true })).rejects.toMatchObject({
      name: 'LambdaError',
      kind: 'timeout',
      errorType: 'Sandbox.Timedout',
      message: 'Task timed out after 2.00 seconds',
    });
    expect(lambda.sandboxes).toBe(0);
    expect(() => process.kill(first.pid, 0)).toThrow('ESRCH');
    expect(((await lambda.invoke({ hang: false })) as Counted).count).toBe(1);
    expect(lambda.stats).toEqual({ invocations: 3, coldStarts: 2, killed: 0, timedOut: 1, errors: 1 });
  });

  it('is killed within an invocation when a fault says so, and the next one starts cold', async () => {
    const seen: unknown[] = [];
    const lambda = await started('hangingOrCounted', {
      fault: ({ n, event }) => {
        seen.push([n, event]);
        return n === 2 ? { killAfterMs: 20 } : undefined;
      },
    });
    const first = (await lambda.invoke({ hang: false })) as Counted;
    await expect(lambda.invoke({ hang: true })).rejects.toMatchObject({
      kind: 'crash',
      errorType: 'Runtime.ExitError',
      message: expect.stringContaining('ended by SIGKILL'),
    });
    expect(lambda.sandboxes).toBe(0);
    const third = (await lambda.invoke({ hang: false })) as Counted;
    expect(third.count).toBe(1);
    expect(third.pid).not.toBe(first.pid);
    expect(seen.map((one) => JSON.stringify(one))).toEqual([
      '[1,{"hang":false}]',
      '[2,{"hang":true}]',
      '[3,{"hang":false}]',
    ]);
    expect(lambda.stats).toEqual({ invocations: 3, coldStarts: 2, killed: 1, timedOut: 0, errors: 1 });
  });

  it('outlives a fault that comes after the end of its invocation', async () => {
    const lambda = await started('counted', { fault: () => ({ killAfterMs: 600_000 }) });
    await lambda.invoke(null);
    expect(await lambda.invoke(null)).toMatchObject({ count: 2 });
    expect(lambda.stats.killed).toBe(0);
  });

  it('that somebody killed while it was frozen is not used again', async () => {
    const lambda = await started('counted');
    const { pid } = (await lambda.invoke(null)) as Counted;
    process.kill(pid, 'SIGKILL');
    await vi.waitFor(() => expect(lambda.sandboxes).toBe(0), 30_000);
    expect(await lambda.invoke(null)).toMatchObject({ count: 1 });
  });
});

describe('a function that fails', () => {
  it('by an error that it throws: its sandbox lives on', async () => {
    const lambda = await started('throwing');
    const failed = lambda.invoke({ name: 'OrderError', message: 'no such order' });
    await expect(failed).rejects.toBeInstanceOf(LambdaError);
    await expect(failed).rejects.toMatchObject({
      kind: 'function',
      errorType: 'OrderError',
      message: 'no such order',
      trace: expect.arrayContaining([expect.stringContaining('functions.ts')]),
    });
    expect(await lambda.invoke({})).toBe(2);
    expect(lambda.stats).toMatchObject({ coldStarts: 1, errors: 1 });
  });

  it('by ending its process: the invocation says with which code', async () => {
    await expect((await started('exiting')).invoke({ code: 3 })).rejects.toMatchObject({
      kind: 'crash',
      message: expect.stringContaining('exited with code 3 within an invocation'),
    });
  });

  it('by an error that nobody catches: the invocation tells it', async () => {
    await expect((await started('throwingLater')).invoke({})).rejects.toMatchObject({
      kind: 'crash',
      message: expect.stringContaining('RangeError: out of the blue'),
    });
  });

  it('when its module throws, is not there, exits or lacks the export: the invocation says so', async () => {
    for (const [entry, handler, errorType, message] of [
      ['broken-module.ts', 'handler', 'TypeError', 'no settings found'],
      ['no-such-module.ts', 'handler', 'Error', 'no-such-module.ts'],
      [
        'exiting-module.ts',
        'handler',
        'Runtime.ExitError',
        'exited with code 7 before it asked for an invocation. Its last output:\ngiving up',
      ],
      [
        'library-user.ts',
        'handle',
        'Runtime.HandlerNotFound',
        'library-user.ts has no function handle; it exports handler.',
      ],
    ] as const) {
      const lambda = await started(handler, { entry: fixture(entry) });
      await expect(lambda.invoke({})).rejects.toMatchObject({
        kind: 'init',
        errorType,
        message: expect.stringContaining(message),
      });
      expect(lambda.sandboxes).toBe(0);
      // The place is free again: each tries anew.
      await expect(lambda.invoke({})).rejects.toMatchObject({ kind: 'init' });
      expect(lambda.stats).toEqual({ invocations: 2, coldStarts: 2, killed: 0, timedOut: 0, errors: 2 });
    }
  });
});

describe('startLambda', () => {
  it('refuses options that cannot be meant', async () => {
    for (const [options, message] of [
      [{ entry: 'functions.ts' }, 'entry of startLambda must be an absolute path'],
      [{ timeoutMs: 0 }, 'timeoutMs of startLambda must be'],
      [{ timeoutMs: 900_001 }, 'timeoutMs of startLambda must be'],
      [{ concurrency: 0 }, 'concurrency of startLambda must be'],
    ] as const) {
      await expect(startLambda({ entry: '/x.ts', handler: 'handler', ...options })).rejects.toThrow(message);
    }
  });
});
