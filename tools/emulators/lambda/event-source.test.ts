import { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { CREDENTIALS } from '../aws/credentials.ts';
import { startFauxqs } from '../aws/fauxqs.ts';
import { startSqs } from '../aws/sqs.ts';
import { startEventSource } from './event-source.ts';
import { newQueue, type SqsRecord, startConsumer } from './fixtures/queue.ts';
import { started } from './fixtures/started.ts';

const [emulator, fauxqs] = await Promise.all([startSqs(), startFauxqs()]);
const sqs = new SQSClient({ endpoint: emulator.endpoint, ...CREDENTIALS });
afterAll(async () => {
  sqs.destroy();
  await Promise.all([emulator.stop(), fauxqs.stop()]);
});

const bodies = (batches: readonly (readonly SqsRecord[])[]) =>
  batches.map((batch) => batch.map(({ body }) => body).sort());
const recordOf = (batches: readonly (readonly SqsRecord[])[], body: string) => {
  const record = batches.flat().find((one) => one.body === body);
  if (!record) throw new Error(`The function has not received ${body}`);
  return record;
};

describe('an event source', () => {
  it('hands messages over as the records that Lambda makes of them, and deletes them', async () => {
    const { send, left, ...queue } = await newQueue(sqs);
    await send({
      body: '{"a":"ü"}',
      attributes: {
        kind: { DataType: 'String', StringValue: 'order' },
        bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2, 255]) },
      },
    });
    const { batches, counted } = await startConsumer({ sqs, ...queue });
    await counted({ received: 1, deleted: 1, failedBatches: 0, itemFailures: 0 });
    expect(batches).toEqual([
      [
        {
          messageId: expect.any(String),
          receiptHandle: expect.any(String),
          body: '{"a":"ü"}',
          attributes: {
            ApproximateReceiveCount: '1',
            SentTimestamp: expect.stringMatching(/^\d+$/),
            SenderId: expect.any(String),
            ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d+$/),
          },
          messageAttributes: {
            kind: { stringValue: 'order', stringListValues: [], binaryListValues: [], dataType: 'String' },
            bytes: { binaryValue: 'AQL/', stringListValues: [], binaryListValues: [], dataType: 'Binary' },
          },
          md5OfBody: expect.stringMatching(/^[0-9a-f]{32}$/),
          md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
          eventSource: 'aws:sqs',
          eventSourceARN: queue.queueArn,
          awsRegion: 'eu-central-1',
        },
      ],
    ]);
    expect(await left()).toBe(0);
  });

  it('lets those messages come again that the response names, and only them', async () => {
    const { send, left, showAgain, ...queue } = await newQueue(sqs);
    await send({ body: 'a' }, { body: 'fail b' }, { body: 'c' }, { body: 'fail d' });
    const { batches, counted } = await startConsumer({ sqs, ...queue });
    await counted({ received: 4, deleted: 2, itemFailures: 2, failedBatches: 0 });
    expect(await left()).toBe(2);
    for (const body of ['fail b', 'fail d']) await showAgain(recordOf(batches, body));
    await counted({ received: 6, deleted: 4 });
    expect(await left()).toBe(0);
    expect(
      batches
        .flat()
        .map(({ body }) => body)
        .sort(),
    ).toEqual(['a', 'c', 'fail b', 'fail b', 'fail d', 'fail d']);
  });

  it('lets the messages of an invocation that was killed come again', async () => {
    const { send, left, showAgain, ...queue } = await newQueue(sqs);
    await send({ body: 'a' }, { body: 'hang b' });
    const { batches, counted, lambda } = await startConsumer(
      { sqs, ...queue },
      { fault: ({ n }) => (n === 1 ? { killAfterMs: 20 } : undefined) },
    );
    await counted({ received: 2, deleted: 0, failedBatches: 1 });
    expect(lambda.stats).toMatchObject({ killed: 1, coldStarts: 1 });
    expect(await left()).toBe(2);
    for (const record of batches.flat()) await showAgain(record);
    await counted({ received: 4, deleted: 2, failedBatches: 1 });
    expect(lambda.stats.coldStarts).toBeGreaterThanOrEqual(2);
    expect(await left()).toBe(0);
  });

  it('keeps the whole batch when the function throws, takes too long, or names an unknown message', async () => {
    for (const [body, options] of [
      ['throw', {}],
      ['hang', { timeoutMs: 2_000 }],
      ['any', { handler: 'misnaming' }],
    ] as const) {
      const { send, left, showAgain, ...queue } = await newQueue(sqs);
      await send({ body: 'a' }, { body });
      const lines: string[] = [];
      const { batches, counted } = await startConsumer(
        { sqs, ...queue, log: (line) => lines.push(line) },
        options,
      );
      await counted({ received: 2, deleted: 0, failedBatches: 1, itemFailures: 0 });
      expect(lines).toEqual([expect.stringContaining('A batch of 2 failed: ')]);
      expect(await left()).toBe(2);
      for (const record of batches.flat()) await showAgain(record);
      await counted({ received: 4, deleted: 2 });
      expect(await left()).toBe(0);
    }
  });

  it('deletes everything that an invocation took when failures of items are not reported', async () => {
    const { send, left, ...queue } = await newQueue(sqs);
    await send({ body: 'a' }, { body: 'fail b' });
    const { counted } = await startConsumer({ sqs, ...queue, reportBatchItemFailures: false });
    await counted({ received: 2, deleted: 2, itemFailures: 0, failedBatches: 0 });
    expect(await left()).toBe(0);
  });

  it('makes batches no larger than it was told', async () => {
    const { send, ...queue } = await newQueue(sqs);
    await send(...Array.from({ length: 7 }, (_, n) => ({ body: String(n) })));
    const { batches, counted } = await startConsumer({ sqs, ...queue, batchSize: 3 });
    await counted({ received: 7, deleted: 7 });
    expect(Math.max(...batches.map(({ length }) => length))).toBe(3);
  });

  it('gives the messages of a FIFO group in their order, and those behind a failure after it', async () => {
    // local-aws-sqs gives out further messages of a group while one is in flight; SQS and fauxqs do not.
    const fifo = new SQSClient({ endpoint: fauxqs.endpoint, ...CREDENTIALS });
    onTestFinished(() => fifo.destroy());
    const { send, left, showAgain, ...queue } = await newQueue(fifo, { fifo: true });
    await send({ body: 'fail a1', group: 'a' }, { body: 'b1', group: 'b' }, { body: 'b2', group: 'b' });
    const { batches, counted } = await startConsumer({ sqs: fifo, ...queue });
    await counted({ received: 3, deleted: 2, itemFailures: 1 });
    // Its group waits for the message that failed.
    await send({ body: 'a2', group: 'a' }, { body: 'b3', group: 'b' });
    await counted({ received: 4, deleted: 3 });
    await showAgain(recordOf(batches, 'fail a1'));
    await counted({ received: 6, deleted: 5 });
    expect(await left()).toBe(0);
    const ofGroup = (group: string) =>
      batches
        .flat()
        .filter(({ attributes }) => attributes['MessageGroupId'] === group)
        .map(({ body }) => body);
    expect(ofGroup('a')).toEqual(['fail a1', 'fail a1', 'a2']);
    expect(ofGroup('b')).toEqual(['b1', 'b2', 'b3']);
  });

  it('handles what it has received before it stops, and receives nothing afterwards', async () => {
    const { send, left, ...queue } = await newQueue(sqs);
    const { eventSource, batches, counted } = await startConsumer({ sqs, ...queue });
    await send({ body: 'a' });
    await counted({ received: 1 });
    await eventSource.stop();
    expect(eventSource.stats).toMatchObject({ received: 1, deleted: 1 });
    await send({ body: 'b' });
    // The count of a queue follows what is sent to it.
    await expect.poll(left, { timeout: 30_000 }).toBe(1);
    expect(bodies(batches)).toEqual([['a']]);
  });

  it('goes on polling when SQS refuses a request', async () => {
    const lambda = await started('silent');
    const lines: string[] = [];
    const source = {
      sqs,
      queueUrl: `${emulator.endpoint}/000000000000/none`,
      queueArn: 'arn:aws:sqs:x:1:none',
    };
    const { promise, resolve } = Promise.withResolvers<void>();
    const eventSource = startEventSource({
      ...source,
      lambda,
      concurrency: 1,
      log: (line) => lines.push(line) === 2 && resolve(),
    });
    await promise;
    await eventSource.stop();
    expect(lines[1]).toContain('SQS refused a request: ');
  });

  it('refuses a batch that one ReceiveMessage cannot give', async () => {
    const lambda = await started('silent');
    const start = (batchSize: number) => () =>
      startEventSource({
        sqs,
        queueUrl: 'http://127.0.0.1:1/q',
        queueArn: 'arn:aws:sqs:x:1:q',
        lambda,
        batchSize,
      });
    for (const size of [0, 11, 1.5])
      expect(start(size)).toThrow('batchSize of startEventSource must be 1 to 10');
  });
});
