import { isAbsolute } from 'node:path';
import { FunctionsError, hostError } from './functions-error.ts';
import type { FunctionsHost } from './host.ts';
import type { Input, Output, RegisteredFunction } from './rpc.ts';
import { startWorker, type Worker } from './worker-process.ts';

/** The longest timeout of the consumption plan, 10 minutes. Other plans have none. */
const MAX_TIMEOUT_MS = 600_000;

/** Options of `startFunctions`. */
export interface FunctionsOptions {
  /** The absolute path of an ES module, `.ts` or `.mjs`, which registers functions with `app` of `@azure/functions` when it is loaded. */
  readonly entry: string;
  /** The app settings: what the functions find in `process.env`, beside what the host puts there. */
  readonly env?: Readonly<Record<string, string>>;
  /** `functionTimeout`: after this time the worker is killed. At most 600,000. Default 30,000. */
  readonly timeoutMs?: number;
  /** How many worker processes there are. Each runs any number of invocations at once. Default 1. */
  readonly concurrency?: number;
  /** Takes each line that a worker prints, and each that it logs, with its level in front. Default: they are dropped. */
  readonly log?: (line: string) => void;
  /** Says after how long to kill the worker of an invocation, if at all. `n` counts them from 1. */
  readonly fault?: (invocation: FaultyInvocation) => Fault | undefined;
}

/** What `fault` decides about. */
export interface FaultyInvocation extends Input {
  readonly n: number;
  readonly name: string;
}

/** SIGKILL, so many milliseconds after the worker was given the invocation; nothing happens when it has ended before. */
export interface Fault {
  readonly killAfterMs: number;
}

/** Counts since the start. */
export interface FunctionsStats {
  /** Invocations that got a worker. */
  readonly invocations: number;
  /** Workers started. */
  readonly coldStarts: number;
  /** Workers that `fault` killed. */
  readonly killed: number;
  readonly timedOut: number;
  /** Invocations that were rejected, for whatever reason. */
  readonly errors: number;
}

/** An app whose functions run in processes of their own. */
export interface Functions extends FunctionsHost {
  /**
   * Invokes a function, and waits for its end: with others that are under way in the same process. Rejects with a
   * `FunctionsError`; after the kinds 'timeout' and 'crash' that process is gone, and all that was under way in it has failed.
   */
  invoke(name: string, input: Input): Promise<Output>;
  /** Worker processes that are there. */
  readonly workers: number;
  readonly stats: FunctionsStats;
  /** Kills every worker and waits until they are gone; invocations under way are rejected with kind 'crash'. */
  stop(): Promise<void>;
}

/**
 * Runs an app as the host of Azure Functions does: in worker processes that load it once and then run invocations, several
 * at a time. A worker that ends, or is killed (SIGKILL) at the timeout, is replaced by a new one.
 *
 * @example
 * const functions = await startFunctions({ entry: join(import.meta.dirname, 'app.ts') })
 */
export async function startFunctions(options: FunctionsOptions): Promise<Functions> {
  const { entry, env = {}, timeoutMs = 30_000, concurrency = 1, log, fault } = options;
  assertOptions(entry, timeoutMs, concurrency);
  const stats = { invocations: 0, coldStarts: 0, killed: 0, timedOut: 0, errors: 0 };
  const living = new Set<Worker>();
  let stopped = false;
  let turn = 0;

  function start(): Worker {
    stats.coldStarts += 1;
    const worker = startWorker({ entry, env, log });
    living.add(worker);
    void worker.gone.then(() => living.delete(worker));
    worker.ready.then(
      () => worker.gone.then(replace),
      // One that could not load the app is tried again by the next invocation only, or there would be no end.
      () => {},
    );
    return worker;
  }

  function replace(): void {
    if (!stopped && living.size < concurrency) start();
  }

  /** In turn, as https://github.com/Azure/azure-functions-host/blob/v4.x/src/WebJobs.Script/Workers/Rpc/FunctionRegistration/RpcFunctionInvocationDispatcherLoadBalancer.cs */
  async function nextWorker(): Promise<Worker> {
    for (;;) {
      if (stopped) throw hostError('crash', 'HostStopped', 'The functions have been stopped.');
      const there = [...living].filter(({ alive }) => alive);
      const loaded = there.filter((worker) => worker.loaded);
      const candidates = loaded.length > 0 ? loaded : there;
      const worker = candidates[turn++ % candidates.length] ?? start();
      await worker.ready;
      // It may have been killed while it was waited for.
      if (worker.alive) return worker;
      await worker.gone;
    }
  }

  async function run(name: string, input: Input): Promise<Output> {
    if (!functions.has(name)) throw hostError('init', 'FunctionNotFound', `There is no function ${name}.`);
    const worker = await nextWorker();
    stats.invocations += 1;
    const killAfterMs = fault?.({ ...input, n: stats.invocations, name })?.killAfterMs;
    let why: 'timeout' | 'fault' | undefined;
    const stop = (reason: 'timeout' | 'fault') => {
      if (!worker.alive) return;
      why = reason;
      if (reason === 'fault') stats.killed += 1;
      else stats.timedOut += 1;
      worker.kill();
    };
    const timers = [setTimeout(stop, timeoutMs, 'timeout')];
    if (killAfterMs !== undefined) timers.push(setTimeout(stop, killAfterMs, 'fault'));
    try {
      return await worker.invoke({ id: crypto.randomUUID(), name, input });
    } catch (error) {
      if (why === 'timeout' && error instanceof FunctionsError && error.kind === 'crash') {
        throw timedOut(name, timeoutMs);
      }
      throw error;
    } finally {
      for (const timer of timers) clearTimeout(timer);
    }
  }

  const first = Array.from({ length: concurrency }, start);
  const loaded = await Promise.allSettled(first.map(({ ready }) => ready));
  const [failed] = loaded.flatMap((one) => (one.status === 'rejected' ? [one] : []));
  if (failed) {
    await stop();
    throw failed.reason;
  }
  const [found] = loaded as [PromiseFulfilledResult<readonly RegisteredFunction[]>];
  const functions = new Map(found.value.map((one) => [one.name, one]));

  async function stop(): Promise<void> {
    stopped = true;
    for (const worker of living) worker.kill();
    await Promise.all([...living].map(({ gone }) => gone));
  }

  return {
    functions,
    settings: env,
    async invoke(name, input) {
      try {
        return await run(name, input);
      } catch (error) {
        stats.errors += 1;
        throw error;
      }
    },
    get workers() {
      return [...living].filter(({ alive }) => alive).length;
    },
    get stats() {
      return { ...stats };
    },
    stop,
  };
}

function assertOptions(entry: string, timeoutMs: number, concurrency: number): void {
  if (!isAbsolute(entry))
    throw new TypeError(`entry of startFunctions must be an absolute path; it is ${entry}.`);
  if (!(timeoutMs > 0 && timeoutMs <= MAX_TIMEOUT_MS)) {
    throw new RangeError(
      `timeoutMs of startFunctions must be above 0 and at most ${MAX_TIMEOUT_MS}; it is ${timeoutMs}.`,
    );
  }
  if (Number.isInteger(concurrency) && concurrency > 0) return;
  throw new RangeError(`concurrency of startFunctions must be a whole number above 0; it is ${concurrency}.`);
}

/** As the host words it: `FunctionTimeoutException` of https://github.com/Azure/azure-webjobs-sdk. */
function timedOut(name: string, timeoutMs: number): FunctionsError {
  const limit = new Date(timeoutMs).toISOString().slice(11, 23);
  return hostError(
    'timeout',
    'FunctionTimeoutException',
    `Timeout value of ${limit} was exceeded by function: ${name}`,
  );
}
