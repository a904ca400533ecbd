import { TableClient } from '@azure/data-tables';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Wire } from '../wire.ts';
import { type Azurite, connectionTo, startAzurite } from './azurite.ts';
import { startWire } from './wire.ts';

let azurite: Azurite;
let wires: { readonly blob: Wire; readonly queue: Wire; readonly table: Wire };
let connection: string;
let blobs: BlobServiceClient;
let container: ContainerClient;
let queues: QueueServiceClient;
let table: TableClient;

const ONCE = { retryOptions: { maxTries: 1 } };

beforeAll(async () => {
  azurite = await startAzurite();
  const [blob, queue, items] = await Promise.all([
    startWire(azurite.blob),
    startWire(azurite.queue),
    startWire(azurite.table),
  ]);
  wires = { blob, queue, table: items };
  connection = connectionTo({ blob: blob.endpoint, queue: queue.endpoint, table: items.endpoint });
  blobs = BlobServiceClient.fromConnectionString(connection, ONCE);
  container = blobs.getContainerClient('things');
  queues = QueueServiceClient.fromConnectionString(connection, ONCE);
  table = tableWith({ maxRetries: 0 });
  await Promise.all([container.create(), table.createTable()]);
});
afterAll(async () => {
  for (const one of [...Object.values(wires ?? {}), azurite]) await one?.stop();
});
beforeEach(() => {
  for (const { calls } of Object.values(wires)) calls.length = 0;
});

const tableWith = (retryOptions: { readonly maxRetries: number; readonly retryDelayInMs?: number }) =>
  TableClient.fromConnectionString(connection, 'items', { allowInsecureConnection: true, retryOptions });
const PATIENT = { maxRetries: 1, retryDelayInMs: 1 };
const entityOf = (rowKey: string) => ({ partitionKey: 'p', rowKey });
const actions = ({ calls }: Wire) => calls.map(({ action }) => action);
const put = (name: string) => container.getBlockBlobClient(name).upload('x', 1);
const isBlob = (name: string) => container.getBlobClient(name).exists();

it('open, it changes nothing of Blob Storage, and names each call', async () => {
  const blob = container.getBlockBlobClient('a/b');
  await blob.upload('text', 4);
  expect(String(await blob.downloadToBuffer(0, 4))).toBe('text');
  await blob.getProperties();
  const lease = blob.getBlobLeaseClient();
  await lease.acquireLease(15);
  await lease.releaseLease();
  const id = Buffer.from('1').toString('base64');
  await blob.stageBlock(id, 'x', 1);
  await blob.commitBlockList([id]);
  for await (const { name } of container.listBlobsFlat()) expect(name).toBe('a/b');
  await blob.delete();
  for await (const { name } of blobs.listContainers()) expect(name).toBe('things');
  const other = blobs.getContainerClient('other');
  await other.create();
  await other.getProperties();
  await other.delete();
  expect(actions(wires.blob)).toEqual([
    'PutBlob',
    'GetBlob',
    'GetProperties',
    'LeaseBlob',
    'LeaseBlob',
    'PutBlock',
    'PutBlockList',
    'ListBlobs',
    'DeleteBlob',
    'ListContainers',
    'CreateContainer',
    'GetContainerProperties',
    'DeleteContainer',
  ]);
});

it('nor of Queue Storage', async () => {
  const queue = queues.getQueueClient('queue');
  await queue.create();
  const { messageId } = await queue.sendMessage('text');
  expect((await queue.peekMessages()).peekedMessageItems).toMatchObject([{ messageText: 'text' }]);
  const [message] = (await queue.receiveMessages()).receivedMessageItems;
  expect(message).toMatchObject({ messageId, messageText: 'text' });
  const { popReceipt = '' } = await queue.updateMessage(messageId, message?.popReceipt ?? '', 'new', 0);
  await queue.deleteMessage(messageId, popReceipt);
  await queue.getProperties();
  for await (const { name } of queues.listQueues()) expect(name).toBe('queue');
  await queue.delete();
  expect(actions(wires.queue)).toEqual([
    'CreateQueue',
    'PutMessage',
    'PeekMessages',
    'GetMessages',
    'UpdateMessage',
    'DeleteMessage',
    'GetQueueProperties',
    'ListQueues',
    'DeleteQueue',
  ]);
});

it('nor of Table Storage', async () => {
  const key = { partitionKey: 'p', rowKey: 'r' };
  const { etag = '' } = await table.createEntity({ ...key, n: 1 });
  expect(wires.table.calls[0]?.request).toMatchObject({ PartitionKey: 'p', RowKey: 'r', n: 1 });
  expect(await table.getEntity('p', 'r')).toMatchObject({ n: 1 });
  await table.updateEntity({ ...key, n: 2 }, 'Replace', { etag });
  await table.updateEntity({ ...key, m: 3 }, 'Merge');
  await table.upsertEntity({ ...key, n: 4 }, 'Replace');
  await table.upsertEntity({ ...key, m: 5 }, 'Merge');
  for await (const found of table.listEntities()) expect(found).toMatchObject({ n: 4, m: 5 });
  await table.submitTransaction([['delete', key]]);
  await table.createEntity(key);
  await table.deleteEntity('p', 'r');
  expect(actions(wires.table)).toEqual([
    'InsertEntity',
    'GetEntity',
    'UpdateEntity',
    'MergeEntity',
    'InsertOrReplaceEntity',
    'InsertOrMergeEntity',
    'QueryEntities',
    'Batch',
    'InsertEntity',
    'DeleteEntity',
  ]);
});

it('away, nothing reaches the service', async () => {
  await wires.blob.during('away', async () => {
    await expect(put('away')).rejects.toThrow(/ECONNRESET|hang up|EPIPE/);
  });
  expect(wires.blob.calls).toEqual([]);
  expect(await isBlob('away')).toBe(false);
});

it('with a lost reply, the service does what was asked, and the client hears nothing', async () => {
  await wires.blob.during('lostReply', async () => {
    await expect(put('lost')).rejects.toThrow(/ECONNRESET|hang up|EPIPE/);
  });
  expect(actions(wires.blob)).toEqual(['PutBlob']);
  expect(await isBlob('lost')).toBe(true);
});

it('for one call only, a client that tries again gets through', async () => {
  const again = { retryOptions: { maxTries: 2, retryDelayInMs: 1 } };
  const patient = BlobServiceClient.fromConnectionString(connection, again).getContainerClient('things');
  for (const mode of ['away', 'throttled', 'lostReply'] as const) {
    await wires.blob.during(mode, () => patient.getBlockBlobClient(mode).upload('x', 1), 1);
    expect(await isBlob(mode)).toBe(true);
  }
  await wires.table.during('throttled', () => tableWith(PATIENT).createEntity(entityOf('patient')), 1);
  expect(await table.getEntity('p', 'patient')).toMatchObject({ rowKey: 'patient' });
});

it('silent, nobody ever answers', async () => {
  await wires.queue.during('silent', async () => {
    const abortSignal = AbortSignal.timeout(50);
    await expect(queues.getQueueClient('silent').create({ abortSignal })).rejects.toThrow(/abort/);
  });
  expect(wires.queue.calls).toEqual([]);
});

it('throttled, each service tells it in its own way, which its client knows for throttling', async () => {
  const busy = { statusCode: 503, code: 'ServerBusy' };
  await wires.blob.during('throttled', async () => {
    await expect(put('busy')).rejects.toMatchObject({ ...busy, details: { errorCode: 'ServerBusy' } });
    // A HEAD has no body that could name the code.
    await expect(container.getBlobClient('busy').getProperties()).rejects.toMatchObject({
      statusCode: 503,
      details: { errorCode: 'ServerBusy' },
    });
  });
  await wires.queue.during('throttled', async () => {
    const sent = queues.getQueueClient('queue').sendMessage('busy');
    await expect(sent).rejects.toMatchObject({ ...busy, details: { errorCode: 'ServerBusy' } });
  });
  await wires.table.during('throttled', async () => {
    const details = { odataError: { code: 'ServerBusy' } };
    await expect(table.createEntity(entityOf('busy'))).rejects.toMatchObject({ statusCode: 503, details });
  });
  expect(Object.values(wires).flatMap(actions)).toEqual([]);
});

it('an answer can be given in place of the service', async () => {
  const body = '<Error><Code>LeaseLost</Code><Message>gone</Message></Error>';
  const answer = { status: 412, body, headers: { 'x-ms-error-code': 'LeaseLost' } };
  await expect(wires.blob.during(answer, () => put('answer'), 1)).rejects.toMatchObject({
    statusCode: 412,
    code: 'LeaseLost',
  });
  await put('answer');
});

it('counts bodies as they are, and carries 20 MB both ways', async () => {
  const body = Buffer.alloc(20_000_000, 'large ');
  const blob = container.getBlockBlobClient('large');
  await blob.upload(body, body.length);
  expect(body.equals(await blob.downloadToBuffer(0, body.length, { blockSize: body.length }))).toBe(true);
  const [sent, got] = wires.blob.calls;
  expect([sent?.sentBytes, got?.sentBytes, got?.answerBytes]).toEqual([body.length, 0, body.length]);
  for (const { headerBytes } of wires.blob.calls) {
    expect(headerBytes).toBeGreaterThan(200);
    expect(headerBytes).toBeLessThan(4_000);
  }
});

it('carries many calls at once', async () => {
  await Promise.all(Array.from({ length: 50 }, (_, n) => put(`many-${n}`)));
  expect(wires.blob.calls).toHaveLength(50);
});
