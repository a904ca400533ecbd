import { LambdaError, platformError, type ReportedError } from './lambda-error.ts';
import { type Invocation, type RuntimeListener, startRuntimeApi } from './runtime-api.ts';
import { type SandboxProgram, startProcess } from './sandbox-process.ts';

/**
 * How long a module may load. Lambda gives 10 s to a bundle on a machine of its own; sources that nobody bundled may need
 * more on a busy one with two cores.
 */
const INIT_LIMIT_MS = 60_000;

/** How one invocation may end before its handler does. */
export interface Limits {
  readonly timeoutMs: number;
  /** Kill the process after this time, as a fault. */
  readonly killAfterMs: number | undefined;
  /** The process was killed by that, and the invocation had no answer yet. */
  onKilled(): void;
}

/** A process that has loaded the handler. It is frozen whenever it has nothing to do. */
export interface Sandbox {
  readonly alive: boolean;
  /** Resolves with the JSON that the handler returned, when the process is frozen again or gone. */
  run(invocation: Invocation, limits: Limits): Promise<string>;
}

/** A sandbox that is being started. */
export interface StartingSandbox {
  /** Rejects with kind 'init' when the handler cannot be loaded. */
  readonly ready: Promise<Sandbox>;
  /** The process and its server are gone. */
  readonly gone: Promise<void>;
  readonly alive: boolean;
  kill(): void;
}

interface Current {
  readonly requestId: string;
  answer?: { readonly body: string } | { readonly error: ReportedError };
  /** The process asked for the next invocation, or ended. */
  readonly over: PromiseWithResolvers<void>;
}

/** Starts a process, which loads the handler and asks for its first invocation: a cold start. */
export async function startSandbox(program: Omit<SandboxProgram, 'api'>): Promise<StartingSandbox> {
  let current: Current | undefined;
  let initError: ReportedError | undefined;
  let give: ((invocation: Invocation) => void) | undefined;
  const asked = Promise.withResolvers<void>();

  const listener: RuntimeListener = {
    next(answer) {
      give = answer;
      child.signal('SIGSTOP');
      current?.over.resolve();
      asked.resolve();
    },
    isCurrent: (requestId) => current?.requestId === requestId && !current.answer,
    response(body) {
      if (current) current.answer = { body };
    },
    error(error) {
      if (current) current.answer = { error };
    },
    initError(error) {
      initError = error;
    },
  };
  const api = await startRuntimeApi(listener);
  const child = startProcess({ ...program, api: api.address });
  const kill = () => child.signal('SIGKILL');
  const gone = child.ended.then(() => {
    current?.over.resolve();
    return api.close();
  });

  async function run(invocation: Invocation, limits: Limits): Promise<string> {
    const job: Current = { requestId: invocation.requestId, over: Promise.withResolvers() };
    current = job;
    let stopped: 'timeout' | 'fault' | undefined;
    const stop = (why: 'timeout' | 'fault') => {
      stopped ??= why;
      kill();
    };
    const timers = [setTimeout(stop, limits.timeoutMs, 'timeout')];
    if (limits.killAfterMs !== undefined) timers.push(setTimeout(stop, limits.killAfterMs, 'fault'));
    // A process that ended while it was idle takes nothing.
    if (child.alive) {
      child.signal('SIGCONT');
      give?.(invocation);
    } else job.over.resolve();
    await job.over.promise;
    for (const timer of timers) clearTimeout(timer);
    // Killed as it ended: it must not be taken for idle while the signal is on its way.
    if (stopped) await child.ended;
    current = undefined;
    const { answer } = job;
    if (answer && 'body' in answer) return answer.body;
    if (answer) throw new LambdaError('function', answer.error);
    if (stopped === 'timeout') throw timedOut(limits.timeoutMs);
    if (stopped === 'fault') limits.onKilled();
    const { how, stderr } = await child.ended;
    throw platformError(
      'crash',
      'Runtime.ExitError',
      withOutput(`The process ${how} within an invocation`, stderr),
    );
  }

  async function ready(): Promise<Sandbox> {
    const limit = setTimeout(kill, INIT_LIMIT_MS);
    const end = await Promise.race([asked.promise, child.ended]);
    clearTimeout(limit);
    if (initError) throw new LambdaError('init', initError);
    if (end) {
      const message = withOutput(`The process ${end.how} before it asked for an invocation`, end.stderr);
      throw platformError('init', 'Runtime.ExitError', message);
    }
    return {
      get alive() {
        return child.alive;
      },
      run,
    };
  }

  return {
    ready: ready(),
    gone,
    kill,
    get alive() {
      return child.alive;
    },
  };
}

function timedOut(timeoutMs: number): LambdaError {
  return platformError(
    'timeout',
    'Sandbox.Timedout',
    `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`,
  );
}

function withOutput(message: string, stderr: string): string {
  return stderr ? `${message}. Its last output:\n${stderr}` : `${message}.`;
}
