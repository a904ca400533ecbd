import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { fixture, started } from './fixtures/started.ts';

it('stop kills frozen and running sandboxes, and rejects what runs, waits or comes later', async () => {
  const lambda = await started('hangingOrCounted', { concurrency: 2 });
  const { pid } = (await lambda.invoke({ hang: false })) as { pid: number };
  const running = lambda.invoke({ hang: true });
  await vi.waitFor(() => expect(lambda.stats.invocations).toBe(2), 30_000);
  const starting = lambda.invoke({ hang: true });
  const waiting = lambda.invoke({ hang: true });
  const rejected = Promise.allSettled([running, starting, waiting]);
  await lambda.stop();
  expect(lambda.sandboxes).toBe(0);
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  for (const outcome of await rejected) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'LambdaError' } });
  }
  await expect(lambda.invoke({ hang: false })).rejects.toThrow('The function has been stopped.');
  expect(lambda.stats.coldStarts).toBeLessThanOrEqual(2);
});

it('stop may be called again, and before anything was invoked', async () => {
  const lambda = await started('counted');
  await lambda.stop();
  await lambda.stop();
});

it('a frozen sandbox does not outlive its parent, even one that was killed', async () => {
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
  expect(String(line)).toBe('done\n');
  const [socket] = await connected;
  // The kernel closes the sandbox's connection when its process ends; a frozen one would keep it.
  const closed = once(socket.on('error', () => {}).resume(), 'close');
  parent.kill('SIGKILL');
  await closed;
});
