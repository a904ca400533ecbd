import { randomUUID } from 'node:crypto';
import { QueueServiceClient } from '@azure/storage-queue';
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startAzurite } from '../azure/azurite.ts';
import { inProcessFunctions } from './in-process.ts';
import { type StorageQueueSourceOptions, startStorageQueueSource } from './storage-queue-source.ts';

const azurite = await startAzurite();
const service = QueueServiceClient.fromConnectionString(azurite.connection);
afterAll(() => azurite.stop());

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** A function that notes what it is given, behind a new queue. */
async function consumer(
  work: (input: unknown, count: number) => unknown = () => {},
  { sent = [], ...options }: Partial<StorageQueueSourceOptions> & { sent?: readonly string[] } = {},
) {
  const queueName = `q-${randomUUID()}`;
  const queue = service.getQueueClient(queueName);
  await queue.create();
  for (const text of sent) await queue.sendMessage(text);
  const functions = await inProcessFunctions({ Storage: azurite.connection, QUEUE: queueName });
  const calls: { readonly input: unknown; readonly metadata: Readonly<Record<string, unknown>> }[] = [];
  functions.app.storageQueue(queueName, {
    queueName: '%QUEUE%',
    connection: 'Storage',
    handler: async (input, { triggerMetadata: metadata = {} }) => {
      calls.push({ input, metadata });
      await work(input, Number(metadata['dequeueCount']));
    },
  });
  const source = startStorageQueueSource({ functions, name: queueName, ...options });
  onTestFinished(() => source.stop());
  const poison = service.getQueueClient(`${queueName}-poison`);
  return {
    source,
    calls,
    counted: (stats: Partial<typeof source.stats>) =>
      vi.waitFor(() => expect(source.stats).toMatchObject(stats), 40_000),
    left: async () => (await queue.getProperties()).approximateMessagesCount,
    poisoned: async () =>
      (await poison.peekMessages({ numberOfMessages: 32 })).peekedMessageItems.map(
        ({ messageText }) => messageText,
      ),
  };
}

describe('a Storage Queue source', () => {
  it('gives each message to an invocation with what the host tells of it, and deletes it', async () => {
    const { calls, counted, left } = await consumer(undefined, {
      sent: [base64('{"a":"ü"}'), base64('text')],
    });
    await counted({ received: 2, deleted: 2, failed: 0, poisoned: 0 });
    expect(calls.map(({ input }) => input)).toEqual([{ a: 'ü' }, 'text']);
    expect(calls[0]?.metadata).toMatchObject({
      dequeueCount: 1,
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      popReceipt: expect.any(String),
      insertionTime: expect.stringMatching(/\+00:00$/),
    });
    expect(await left()).toBe(0);
  });

  it('works on several messages at once', async () => {
    let running = 0;
    const both = Promise.withResolvers<void>();
    const { counted } = await consumer(
      () => {
        running += 1;
        if (running === 2) both.resolve();
        return both.promise;
      },
      { sent: [base64('a'), base64('b')] },
    );
    await counted({ deleted: 2 });
  });

  it('gives back what failed: it comes again with its number of dequeues', async () => {
    const { calls, counted } = await consumer(
      (_, count) => {
        if (count < 3) throw new Error('not yet');
      },
      { sent: [base64('a')] },
    );
    await counted({ received: 3, failed: 2, deleted: 1, poisoned: 0 });
    expect(calls.map(({ metadata }) => metadata['dequeueCount'])).toEqual([1, 2, 3]);
  });

  it('moves what failed five times to the poison queue, as it was', async () => {
    const lines: string[] = [];
    const { counted, left, poisoned } = await consumer(
      () => {
        throw new Error('never');
      },
      { sent: [base64('bad')], log: (line) => lines.push(line) },
    );
    await counted({ received: 5, failed: 5, deleted: 0, poisoned: 1 });
    expect(await poisoned()).toEqual([base64('bad')]);
    expect(await left()).toBe(0);
    expect(lines).toHaveLength(6);
    expect(lines[0]).toContain('never');
    expect(lines[5]).toContain('-poison');
  });

  it('moves what is no base64 there without calling the function', async () => {
    const { calls, counted, poisoned } = await consumer(undefined, { sent: ['not base64!'] });
    await counted({ received: 1, poisoned: 1 });
    expect(await poisoned()).toEqual(['not base64!']);
    expect(calls).toEqual([]);
  });

  it('takes plain text where it is told to', async () => {
    const { calls, counted } = await consumer(undefined, { sent: ['{"a":1}'], messageEncoding: 'none' });
    await counted({ deleted: 1 });
    expect(calls.map(({ input }) => input)).toEqual([{ a: 1 }]);
  });

  it('ends when what it received has ended', async () => {
    const go = Promise.withResolvers<void>();
    const { source, counted, calls, left } = await consumer(() => go.promise, { sent: [base64('a')] });
    await vi.waitFor(() => expect(calls).toHaveLength(1), 30_000);
    let isStopped = false;
    const stopped = source.stop().then(() => {
      isStopped = true;
    });
    // Long enough for a request that was under way.
    for (let n = 0; n < 5; n += 1) expect(await left()).toBe(1);
    expect(isStopped).toBe(false);
    go.resolve();
    await stopped;
    await counted({ deleted: 1 });
  });
});
