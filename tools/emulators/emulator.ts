import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

/** A service of a cloud, emulated by a process of its own on this machine. */
export interface Emulator {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;
  stop(): Promise<void>;
}

// The program ends when the pipe to whoever started it is closed, however that one ended.
const GUARD = 'exec 3<&0; "$@" 3<&- & child=$!; { read -r _ <&3; kill -9 $child; } & wait $child';

/** Starts a program that is told its port, and waits until it answers. */
export async function startProgram(
  path: string,
  args: (port: number) => readonly string[],
): Promise<Emulator> {
  const port = await freePort();
  const { child, stop } = guarded(path, args(port), 'ignore');
  const endpoint = `http://127.0.0.1:${port}`;
  await Promise.race([answers(endpoint, child), failureOf(child)]);
  child.unref();
  return { endpoint, stop };
}

/** Starts a program that chooses its ports and prints them, and waits until `found` sees in what it printed all that it has to. */
export async function startPrinting<Found>(
  path: string,
  args: readonly string[],
  found: (printed: string) => Found | undefined,
): Promise<{ readonly found: Found; stop(): Promise<void> }> {
  const { child, stop } = guarded(path, args, 'pipe');
  const printing = new Promise<Found>((resolve, reject) => {
    let printed = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      const result = found(printed);
      if (result !== undefined) resolve(result);
    });
    child.once('close', (code) =>
      reject(new Error(`The emulator ended by itself with ${code}, and printed: ${printed}`)),
    );
  });
  const result = await Promise.race([printing, failureOf(child)]);
  child.unref();
  // What it prints later is read, or it would wait for that, but it keeps nobody alive.
  (child.stdout as Socket).unref();
  return { found: result, stop };
}

function guarded(path: string, args: readonly string[], stdout: 'ignore' | 'pipe') {
  const child = spawn('/bin/sh', ['-c', GUARD, 'sh', path, ...args], {
    stdio: ['pipe', stdout, 'ignore'],
  });
  return {
    child,
    async stop() {
      if (child.exitCode !== null) return;
      const exited = once(child, 'exit');
      child.ref();
      child.stdin?.end();
      await exited;
    },
  };
}

function failureOf(child: ChildProcess): Promise<never> {
  return once(child, 'error').then(([error]) => {
    throw error;
  });
}

/** Starts a module that says `{ port }` to its parent once it listens. */
export async function startModule(file: string, args: readonly string[] = []): Promise<Emulator> {
  const child = fork(file, [...args], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const stop = stopper(child);
  const [message] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`The emulator ended by itself with ${code}.`);
    }),
  ]);
  // The channel would keep this program alive; the child ends by itself when its parent is gone.
  child.channel?.unref();
  child.unref();
  return { endpoint: `http://127.0.0.1:${(message as { readonly port: number }).port}`, stop };
}

function stopper(child: ChildProcess): () => Promise<void> {
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  return async () => {
    process.off('exit', kill);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.ref();
    kill();
    await exited;
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(endpoint: string, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`The emulator ended by itself with ${child.exitCode}.`);
    try {
      await fetch(endpoint);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
