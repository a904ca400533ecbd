import { fork } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { FunctionsError, hostError } from './functions-error.ts';
import type { Output, RegisteredFunction } from './rpc.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

const WORKER = join(import.meta.dirname, 'worker.ts');
/** The last lines of stderr that are kept to explain why a process ended: an uncaught error and its stack. */
const KEPT_LINES = 30;
/** How long an app may load: the worker's `initializationTimeout` is two minutes. */
const INIT_LIMIT_MS = 120_000;

/** Which app a worker loads. */
export interface WorkerProgram {
  readonly entry: string;
  readonly env: Readonly<Record<string, string>>;
  readonly log: ((line: string) => void) | undefined;
}

/** A process that loads an app, and runs any number of invocations at the same time. */
export interface Worker {
  /** The functions of the app. Rejects with kind 'init' when it cannot be loaded. */
  readonly ready: Promise<readonly RegisteredFunction[]>;
  /** The process is gone. */
  readonly gone: Promise<unknown>;
  /** False as soon as it is known to have ended, or has been killed. */
  readonly alive: boolean;
  /** It has loaded the app. */
  readonly loaded: boolean;
  /** Rejects with kind 'function' for what the function threw, and with kind 'crash' when the process ends before that. */
  invoke(invocation: ToWorker): Promise<Output>;
  /** SIGKILL. */
  kill(): void;
}

/** Starts a worker. */
export function startWorker(program: WorkerProgram): Worker {
  const { entry, log } = program;
  const child = fork(WORKER, [entry], {
    cwd: dirname(entry),
    env: environment(program),
    execArgv: ['--conditions=@xorca/source', '--disable-warning=ExperimentalWarning'],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const running = new Map<string, PromiseWithResolvers<Output>>();
  const ready = Promise.withResolvers<readonly RegisteredFunction[]>();
  // It is looked at when somebody invokes.
  ready.promise.catch(() => {});
  const { promise: gone, resolve: ended } = Promise.withResolvers<void>();
  const kept: string[] = [];
  const initLimit = setTimeout(() => kill(), INIT_LIMIT_MS);
  let alive = true;
  let loaded = false;

  linesOf(child.stdout, (line) => log?.(line));
  linesOf(child.stderr, (line) => {
    if (kept.push(line) > KEPT_LINES) kept.shift();
    log?.(line);
  });

  child.on('message', (message) => {
    const told = message as FromWorker;
    if (told.says === 'log') return log?.(`${told.line.level}: ${told.line.text}`);
    if (told.says === 'output') return running.get(told.id)?.resolve(told.output);
    if (told.says === 'error')
      return running.get(told.id)?.reject(new FunctionsError('function', told.error));
    clearTimeout(initLimit);
    if (told.says === 'failed') return ready.reject(new FunctionsError('init', told.error));
    loaded = true;
    ready.resolve(told.functions);
  });
  child.on('error', (error) => end(`could not be started: ${error.message}`));
  child.on('exit', () => {
    alive = false;
  });
  // 'close' comes when both outputs have been read, too.
  child.on('close', (code, signal) => end(signal ? `ended by ${signal}` : `exited with code ${code}`));

  function end(how: string): void {
    alive = false;
    clearTimeout(initLimit);
    const output = kept.length > 0 ? ` Its last output:\n${kept.join('\n')}` : '';
    const error = (kind: 'init' | 'crash', when: string) =>
      hostError(kind, 'WorkerProcessExitException', `The worker process ${how} ${when}.${output}`);
    ready.reject(error('init', 'before it had loaded the app'));
    for (const { reject } of running.values()) reject(error('crash', 'within an invocation'));
    ended();
  }

  function kill(): void {
    alive = false;
    child.kill('SIGKILL');
  }

  return {
    ready: ready.promise,
    gone,
    get alive() {
      return alive;
    },
    get loaded() {
      return loaded;
    },
    async invoke(invocation) {
      const job = Promise.withResolvers<Output>();
      running.set(invocation.id, job);
      // What cannot be sent is rejected at the end of the process, which is near then.
      child.send(invocation, () => {});
      return job.promise.finally(() => running.delete(invocation.id));
    },
    kill,
  };
}

function linesOf(stream: Readable | null, take: (line: string) => void): void {
  if (stream) createInterface({ input: stream }).on('line', take);
}

function environment({ env }: WorkerProgram): Record<string, string> {
  const { PATH = '', TMPDIR } = process.env;
  return {
    PATH,
    ...(TMPDIR && { TMPDIR }),
    LANG: 'en_US.UTF-8',
    FUNCTIONS_EXTENSION_VERSION: '~4',
    FUNCTIONS_WORKER_RUNTIME: 'node',
    WEBSITE_SITE_NAME: 'xorca-test',
    WEBSITE_HOSTNAME: 'xorca-test.azurewebsites.net',
    ...env,
  };
}
