import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** An example as a program of its own. */
export interface Program {
  /** The whole lines of its output so far. */
  readonly lines: readonly string[];
  /** True once that many lines are there; false when it ended with fewer. */
  printed(count: number): Promise<boolean>;
  kill(signal: NodeJS.Signals): void;
  /** Closes its output, as `head` does once it has its lines. */
  hangUp(): void;
  /** Its end: exit code or signal, and what it wrote to the error stream. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null; errors: string }>;
}

/** Ways to start an example. */
export interface Starter {
  /** Starts it from sources, as `npm run example` does, piped. Killed at the latest when the test is over. */
  start(...args: readonly string[]): Program;
  /** The same, killed in the moment in which it has printed so many lines. */
  startToDieAt(line: number, ...args: readonly string[]): Program;
}

/** Starts programs of a `main.ts`. */
export function starter(main: URL): Starter {
  return {
    start: (...args) => start(main, args, [], {}),
    startToDieAt(line, ...args) {
      const killer = new URL('./kill-at-line.ts', import.meta.url);
      return start(main, args, [`--import=${killer}`], { KILL_AT_LINE: String(line) });
    },
  };
}

function start(
  main: URL,
  args: readonly string[],
  flags: readonly string[],
  env: Readonly<Record<string, string>>,
): Program {
  const usual = ['--conditions=@xorca/source', '--disable-warning=ExperimentalWarning'];
  const child = spawn(process.execPath, [...usual, ...flags, fileURLToPath(main), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  let errors = '';
  let over = false;
  let changed = () => {};
  const output = createInterface({ input: child.stdout });
  output.on('line', (line) => {
    lines.push(line);
    changed();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const ended = once(child, 'close').then(([code, signal]) => {
    over = true;
    changed();
    return { code, signal, errors };
  });
  return {
    lines,
    ended,
    kill: (signal) => void child.kill(signal),
    hangUp: () => void child.stdout.destroy(),
    async printed(count) {
      while (lines.length < count && !over) {
        await new Promise<void>((resolve) => {
          changed = resolve;
        });
      }
      return lines.length >= count;
    },
  };
}
