import { randomUUID } from 'node:crypto';
import { isAbsolute } from 'node:path';
import { LambdaError, platformError } from './lambda-error.ts';
import { type Sandbox, type StartingSandbox, startSandbox } from './sandbox.ts';
import { FUNCTION_ARN } from './sandbox-process.ts';
import { slots } from './slots.ts';

/** The longest timeout of Lambda: 15 minutes. */
const MAX_TIMEOUT_MS = 900_000;

/** Options of `startLambda`. */
export interface LambdaOptions {
  /** The absolute path of an ES module, `.ts` or `.mjs`. */
  readonly entry: string;
  /** The name of its export: an async function of the event and the context. */
  readonly handler: string;
  /** What the function finds in `process.env`, beside what Lambda puts there. */
  readonly env?: Readonly<Record<string, string>>;
  /** After this time an invocation's process is killed: at most 900,000. Default 30,000. */
  readonly timeoutMs?: number;
  /** The most sandboxes at once; more invocations wait in turn. Default 2. */
  readonly concurrency?: number;
  /** Takes each line that the function prints. Default: they are dropped. */
  readonly log?: (line: string) => void;
  /** Says after how long to kill the process of an invocation, if at all. `n` counts them from 1. */
  readonly fault?: (invocation: { readonly n: number; readonly event: unknown }) => Fault | undefined;
}

/** SIGKILL, so many milliseconds after the handler got the event; nothing happens when it has ended before. */
export interface Fault {
  readonly killAfterMs: number;
}

/** Counts since the start. */
export interface LambdaStats {
  /** Invocations that got a sandbox. */
  readonly invocations: number;
  /** Sandboxes started. */
  readonly coldStarts: number;
  /** Invocations that `fault` ended. */
  readonly killed: number;
  readonly timedOut: number;
  /** Invocations that were rejected, for whatever reason. */
  readonly errors: number;
}

/** A function that runs in processes of its own. */
export interface Lambda {
  /**
   * Invokes the function and waits for what it returns, as JSON keeps it. An idle sandbox is taken if there is one, else
   * another is started. When it resolves or rejects the process is frozen again, or gone.
   * Rejects with a `LambdaError`; after kinds 'timeout', 'crash' and 'init' the process is gone.
   */
  invoke(event: unknown): Promise<unknown>;
  /** Sandboxes whose process is there: starting, running or frozen. */
  readonly sandboxes: number;
  readonly stats: LambdaStats;
  /** Kills every sandbox and waits until they are gone; invocations under way are rejected with kind 'crash'. */
  stop(): Promise<void>;
}

/**
 * Runs a handler as AWS Lambda does: in child processes that ask for events by the Runtime API, are frozen (SIGSTOP)
 * between invocations, keep their memory while they live, and are killed (SIGKILL) at the timeout.
 *
 * @example
 * const lambda = await startLambda({ entry: join(import.meta.dirname, 'order.ts'), handler: 'handler' })
 */
export async function startLambda(options: LambdaOptions): Promise<Lambda> {
  const { entry, handler, env = {}, timeoutMs = 30_000, concurrency = 2, log, fault } = options;
  if (!isAbsolute(entry))
    throw new TypeError(`entry of startLambda must be an absolute path; it is ${entry}.`);
  if (!(timeoutMs > 0 && timeoutMs <= MAX_TIMEOUT_MS)) {
    throw new RangeError(
      `timeoutMs of startLambda must be above 0 and at most ${MAX_TIMEOUT_MS}; it is ${timeoutMs}.`,
    );
  }
  if (!(Number.isInteger(concurrency) && concurrency > 0)) {
    throw new RangeError(`concurrency of startLambda must be a whole number above 0; it is ${concurrency}.`);
  }
  const places = slots(concurrency);
  const living = new Set<StartingSandbox>();
  const idle: Sandbox[] = [];
  const running = new Set<Promise<unknown>>();
  const stats = { invocations: 0, coldStarts: 0, killed: 0, timedOut: 0, errors: 0 };
  let stopped = false;

  /** The one used last, if it lives. Each place holds one sandbox, so there are never more of them than places. */
  function warm(): Sandbox | undefined {
    for (let sandbox = idle.pop(); sandbox; sandbox = idle.pop()) if (sandbox.alive) return sandbox;
    return undefined;
  }

  async function cold(): Promise<Sandbox> {
    stats.coldStarts += 1;
    const starting = await startSandbox({ entry, handler, env, log });
    living.add(starting);
    void starting.gone.then(() => living.delete(starting));
    if (stopped) starting.kill();
    return starting.ready;
  }

  async function run(event: string): Promise<unknown> {
    if (stopped) throw platformError('crash', 'Lambda.Stopped', 'The function has been stopped.');
    stats.invocations += 1;
    const killAfterMs = fault?.({ n: stats.invocations, event: JSON.parse(event) })?.killAfterMs;
    const sandbox = warm() ?? (await cold());
    const requestId = randomUUID();
    const deadlineAt = Date.now() + timeoutMs;
    const onKilled = () => {
      stats.killed += 1;
    };
    const invocation = { requestId, event, deadlineAt, functionArn: FUNCTION_ARN };
    try {
      return JSON.parse(await sandbox.run(invocation, { timeoutMs, killAfterMs, onKilled }));
    } finally {
      if (sandbox.alive) idle.push(sandbox);
    }
  }

  async function inTurn(event: string): Promise<unknown> {
    await places.take();
    try {
      return await run(event);
    } catch (error) {
      stats.errors += 1;
      if (error instanceof LambdaError && error.kind === 'timeout') stats.timedOut += 1;
      throw error;
    } finally {
      places.free();
    }
  }

  return {
    async invoke(event) {
      // What the caller does to its object later does not reach the function.
      const invocation = inTurn(JSON.stringify(event) ?? 'null');
      running.add(invocation);
      return invocation.finally(() => running.delete(invocation));
    },
    get sandboxes() {
      return [...living].filter(({ alive }) => alive).length;
    },
    get stats() {
      return { ...stats };
    },
    async stop() {
      stopped = true;
      for (const sandbox of living) sandbox.kill();
      await Promise.allSettled(running);
      await Promise.all([...living].map(({ gone }) => gone));
    },
  };
}
