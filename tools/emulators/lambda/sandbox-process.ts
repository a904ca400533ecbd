import { type ChildProcess, spawn } from 'node:child_process';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

/** The region and account of the emulators. */
const REGION = 'eu-central-1';
const FUNCTION_NAME = 'xorca-test';
const BOOTSTRAP = join(import.meta.dirname, 'bootstrap.ts');
/** The last lines of stderr that are kept to explain why a process ended: an uncaught error and its stack. */
const KEPT_LINES = 30;

/** The ARN of the function that all sandboxes run. */
export const FUNCTION_ARN = `arn:aws:lambda:${REGION}:123456789012:function:${FUNCTION_NAME}`;

/** Which function a sandbox runs, and where it asks for invocations. */
export interface SandboxProgram {
  readonly entry: string;
  readonly handler: string;
  readonly env: Readonly<Record<string, string>>;
  /** The address of its Runtime API. */
  readonly api: string;
  readonly log: ((line: string) => void) | undefined;
}

/** A process that runs the bootstrap. */
export interface SandboxProcess {
  /** The process is there no more, or could not be started; its last lines of stderr are given. */
  readonly ended: Promise<{ readonly how: string; readonly stderr: string }>;
  /** False as soon as the process is known to have ended. */
  readonly alive: boolean;
  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void;
}

/** Starts a child process that sees the environment of a Lambda function, not that of this process. */
export function startProcess(program: SandboxProgram): SandboxProcess {
  const child = spawn(
    process.execPath,
    ['--conditions=@xorca/source', '--disable-warning=ExperimentalWarning', BOOTSTRAP],
    { cwd: dirname(program.entry), env: environment(program), stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const release = killWithParent(child);
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => program.log?.(line));
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (lines.push(line) > KEPT_LINES) lines.shift();
    program.log?.(line);
  });
  let alive = true;
  const { promise: ended, resolve } = Promise.withResolvers<{ how: string; stderr: string }>();
  const end = (how: string) => {
    alive = false;
    release();
    resolve({ how, stderr: lines.join('\n') });
  };
  child.on('error', (error) => end(`could not be started: ${error.message}`));
  child.on('exit', () => {
    alive = false;
  });
  // 'close' comes when both outputs have been read, too.
  child.on('close', (code, signal) => end(signal ? `ended by ${signal}` : `exited with code ${code}`));
  return {
    ended,
    get alive() {
      return alive;
    },
    signal(name) {
      child.kill(name);
    },
  };
}

function environment({ entry, handler, env, api }: SandboxProgram): Record<string, string> {
  const { PATH = '', TMPDIR } = process.env;
  return {
    PATH,
    ...(TMPDIR && { TMPDIR }),
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: FUNCTION_NAME,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    // Emulators take any; a function that reached the real cloud by mistake would be refused.
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_SESSION_TOKEN: 'test',
    ...env,
    AWS_LAMBDA_RUNTIME_API: api,
    LAMBDA_TASK_ROOT: dirname(entry),
    _HANDLER: `${basename(entry)}.${handler}`,
  };
}

/**
 * A frozen process does not notice that its parent is gone, and would stay for ever. So a shell waits beside it for the
 * end of a pipe, which comes however the parent ends, and kills it by its pid unless it is released before.
 */
function killWithParent({ pid }: ChildProcess): () => void {
  if (pid === undefined) return () => {};
  const guard = spawn('/bin/sh', ['-c', 'read -r released || kill -KILL "$0"', String(pid)], {
    // A session of its own: Ctrl-C ends the parent and not the guard.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.on('error', () => {});
  guard.stdin.on('error', () => {});
  return () => guard.stdin.end('released\n');
}
