import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { fixture, message, started } from './fixtures/started.ts';

it('stop kills workers, and rejects what runs or comes later', async () => {
  const functions = await started({ concurrency: 2 });
  const running = [functions.invoke('hanging', message(1)), functions.invoke('hanging', message(2))];
  const rejected = Promise.allSettled(running);
  await vi.waitFor(() => expect(functions.stats.invocations).toBe(2), 30_000);
  await functions.stop();
  expect(functions.workers).toBe(0);
  for (const outcome of await rejected) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'FunctionsError', kind: 'crash' } });
  }
  await expect(functions.invoke('counted', message(3))).rejects.toThrow('The functions have been stopped.');
  await functions.stop();
  expect(functions.stats.coldStarts).toBe(2);
});

it('a worker does not outlive its parent, even one that was killed', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const connected = once(server, 'connection') as Promise<[Socket]>;
  const parent = spawn(
    process.execPath,
    ['--conditions=@xorca/source', '--disable-warning=ExperimentalWarning', fixture('parent.ts')],
    {
      env: { ...process.env, PORT: String((server.address() as AddressInfo).port) },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  onTestFinished(() => void parent.kill('SIGKILL'));
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  expect(String(line)).toBe('started\n');
  const [socket] = await connected;
  // The kernel closes the worker's connection when its process ends.
  const closed = once(socket.on('error', () => {}).resume(), 'close');
  parent.kill('SIGKILL');
  await closed;
});
