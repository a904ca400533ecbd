import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { TableClient } from '@azure/data-tables';
import { ContainerClient } from '@azure/storage-blob';
import { QueueClient } from '@azure/storage-queue';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ACCOUNT, type Azurite, connectionTo, startAzurite } from './azurite.ts';

let azurite: Azurite;
let container: ContainerClient;
let queue: QueueClient;
let table: TableClient;

beforeAll(async () => {
  azurite = await startAzurite();
  container = new ContainerClient(azurite.connection, 'things');
  queue = new QueueClient(azurite.connection, 'queue');
  table = TableClient.fromConnectionString(azurite.connection, 'items', { allowInsecureConnection: true });
  await Promise.all([container.create(), queue.create(), table.createTable()]);
});
afterAll(async () => {
  await azurite?.stop();
});

const refused = (statusCode: number, errorCode: string) => ({ statusCode, details: { errorCode } });
const refusedByTable = (statusCode: number, code: string) => ({
  statusCode,
  details: { odataError: { code } },
});
const write = (name: string, text: string, conditions = {}) =>
  container.getBlockBlobClient(name).upload(text, text.length, { conditions });
const read = (name: string) => container.getBlobClient(name).downloadToBuffer().then(String);

it('a blob is refused to a writer that read an older one', async () => {
  const { etag: first = '' } = await write('stale', '1');
  const { etag: second = '' } = await write('stale', '2', { ifMatch: first });
  expect(second).not.toBe(first);
  await expect(write('stale', '3', { ifMatch: first })).rejects.toMatchObject(
    refused(412, 'ConditionNotMet'),
  );
  expect(await read('stale')).toBe('2');
});

it('a blob is refused to a writer that found none, once there is one', async () => {
  await write('new', '1', { ifNoneMatch: '*' });
  await expect(write('new', '2', { ifNoneMatch: '*' })).rejects.toMatchObject(
    refused(409, 'BlobAlreadyExists'),
  );
  expect(await read('new')).toBe('1');
});

it('a blob that is gone is refused to a writer that read it, and so is its deletion', async () => {
  const { etag: ifMatch = '' } = await write('gone', '1');
  const blob = container.getBlobClient('gone');
  await blob.delete({ conditions: { ifMatch } });
  await expect(write('gone', '2', { ifMatch })).rejects.toMatchObject({ statusCode: 412 });
  const { etag: first = '' } = await write('gone', '3');
  await write('gone', '4');
  await expect(blob.delete({ conditions: { ifMatch: first } })).rejects.toMatchObject({ statusCode: 412 });
});

it('of many writers at once that read the same blob, one gets through', async () => {
  const { etag: ifMatch = '' } = await write('contended', '0');
  const writes = Array.from({ length: 20 }, (_, n) => write('contended', String(n), { ifMatch }));
  const results = await Promise.allSettled(writes);
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

it('a leased blob is refused to all who have not its lease', async () => {
  await write('leased', '1');
  const blob = container.getBlobClient('leased');
  const lease = blob.getBlobLeaseClient();
  await lease.acquireLease(15);
  const held = blob.getBlobLeaseClient().acquireLease(15);
  await expect(held).rejects.toMatchObject(refused(409, 'LeaseAlreadyPresent'));
  await expect(write('leased', '2')).rejects.toMatchObject(refused(412, 'LeaseIdMissing'));
  const leaseId = crypto.randomUUID();
  const mismatch = refused(412, 'LeaseIdMismatchWithBlobOperation');
  await expect(write('leased', '2', { leaseId })).rejects.toMatchObject(mismatch);
  await write('leased', '2', { leaseId: lease.leaseId });
  await lease.renewLease();
  await lease.releaseLease();
  await expect(write('leased', '3', { leaseId: lease.leaseId })).rejects.toMatchObject({ statusCode: 412 });
  await write('leased', '3');
});

it.each([14, 61])('a lease of %d s is refused', async (seconds) => {
  await write('leases', '1');
  const lease = container.getBlobClient('leases').getBlobLeaseClient();
  await expect(lease.acquireLease(seconds)).rejects.toMatchObject({ statusCode: 400 });
});

it('an entity is refused to a writer that read an older one', async () => {
  const key = { partitionKey: 'p', rowKey: 'stale' };
  const { etag = '' } = await table.createEntity({ ...key, n: 1 });
  await table.updateEntity({ ...key, n: 2 }, 'Replace', { etag });
  const stale = refusedByTable(412, 'UpdateConditionNotSatisfied');
  for (const mode of ['Replace', 'Merge'] as const) {
    await expect(table.updateEntity({ ...key, n: 3 }, mode, { etag })).rejects.toMatchObject(stale);
  }
  await expect(table.deleteEntity('p', 'stale', { etag })).rejects.toMatchObject(stale);
  expect(await table.getEntity('p', 'stale')).toMatchObject({ n: 2 });
});

it('an entity is refused to a writer that found none, once there is one', async () => {
  const entity = { partitionKey: 'p', rowKey: 'new' };
  await table.createEntity(entity);
  await expect(table.createEntity(entity)).rejects.toMatchObject(refusedByTable(409, 'EntityAlreadyExists'));
});

it('a batch of a table is written as a whole or not at all', async () => {
  const [first, second] = ['b-1', 'b-2'].map((rowKey) => ({ partitionKey: 'p', rowKey }));
  if (first === undefined || second === undefined) throw new Error('two');
  const { etag = '' } = await table.createEntity(first);
  await table.updateEntity({ ...first, n: 1 }, 'Replace', { etag });
  const batch = table.submitTransaction([
    ['create', second],
    ['update', first, 'Replace', { etag }],
  ]);
  await expect(batch).rejects.toMatchObject({ statusCode: 412 });
  await expect(table.getEntity('p', 'b-2')).rejects.toMatchObject({ statusCode: 404 });
});

const large = (rowKey: string, bytes: number) => ({
  partitionKey: 'large',
  rowKey,
  ...Object.fromEntries(
    Array.from({ length: Math.ceil(bytes / 65_536) }, (_, n) => [
      `c${n}`,
      new Uint8Array(Math.min(65_536, bytes - n * 65_536)),
    ]),
  ),
});

it('a property of 64 KiB is the largest that a table takes', async () => {
  await table.createEntity({ ...large('a', 0), bytes: new Uint8Array(65_536), text: 'x'.repeat(32_768) });
  const refusal = refusedByTable(400, 'PropertyValueTooLarge');
  const bytes = table.createEntity({ ...large('b', 0), bytes: new Uint8Array(65_537) });
  await expect(bytes).rejects.toMatchObject(refusal);
  const text = table.createEntity({ ...large('b', 0), text: 'x'.repeat(32_769) });
  await expect(text).rejects.toMatchObject(refusal);
});

it('an entity of 1 MiB is the largest, however it is written, and its bytes count as what they are', async () => {
  const most = large('most', 1_048_000);
  const { etag = '' } = await table.createEntity(most);
  await table.updateEntity(most, 'Replace', { etag });
  await table.upsertEntity(most, 'Merge');
  const more = large('most', 1_048_576);
  for (const write of [
    () => table.createEntity({ ...more, rowKey: 'more' }),
    () => table.updateEntity(more, 'Replace'),
    () => table.upsertEntity(more, 'Merge'),
  ]) {
    await expect(write()).rejects.toMatchObject(refusedByTable(400, 'EntityTooLarge'));
  }
  const batch = table.submitTransaction([['upsert', more, 'Replace']]);
  await expect(batch).rejects.toMatchObject({ statusCode: 400, code: 'EntityTooLarge' });
});

it('252 properties are the most that an entity has', async () => {
  const create = (rowKey: string, count: number) =>
    table.createEntity({
      partitionKey: 'many',
      rowKey,
      ...Object.fromEntries(Array.from({ length: count }, (_, n) => [`c${n}`, n])),
    });
  await create('most', 252);
  await expect(create('more', 253)).rejects.toMatchObject(refusedByTable(400, 'TooManyProperties'));
});

it('a batch of a table takes 100 changes and 4 MiB', async () => {
  const submit = (count: number, bytes: number) =>
    table.submitTransaction(
      Array.from({ length: count }, (_, n) => ['upsert', large(String(n), bytes), 'Replace']),
    );
  await submit(100, 10);
  await expect(submit(101, 10)).rejects.toMatchObject({ statusCode: 400 });
  await submit(4, 700_000);
  await expect(submit(5, 700_000)).rejects.toMatchObject({ statusCode: 413 });
});

it('a message of 64 KiB is the largest that a queue takes', async () => {
  await queue.sendMessage('x'.repeat(65_536));
  await expect(queue.sendMessage('x'.repeat(65_537))).rejects.toMatchObject(
    refused(413, 'RequestBodyTooLarge'),
  );
});

it('a message that was taken is invisible, and a receipt serves once', async () => {
  const own = new QueueClient(azurite.connection, 'receipts');
  await own.create();
  await own.sendMessage('x');
  const [taken] = (await own.receiveMessages({ visibilityTimeout: 30 })).receivedMessageItems;
  expect((await own.receiveMessages()).receivedMessageItems).toEqual([]);
  const { messageId = '', popReceipt = '' } = taken ?? {};
  await own.updateMessage(messageId, popReceipt, 'x', 0);
  await expect(own.deleteMessage(messageId, popReceipt)).rejects.toMatchObject(
    refused(400, 'PopReceiptMismatch'),
  );
  const [again] = (await own.receiveMessages()).receivedMessageItems;
  expect(again).toMatchObject({ messageId, dequeueCount: 2 });
});

it('a blob of 20 MB in one call comes back as it was', async () => {
  const body = Buffer.alloc(20_000_000, 'large ');
  await container.getBlockBlobClient('large').upload(body, body.length);
  expect(body.equals(await container.getBlobClient('large').downloadToBuffer())).toBe(true);
});

it('who has another key is refused', async () => {
  const other = azurite.connection.replace(ACCOUNT.key, Buffer.from('other').toString('base64'));
  const call = new ContainerClient(other, 'things').exists();
  await expect(call).rejects.toMatchObject({ statusCode: 403 });
});

it('two at once know nothing of each other', async () => {
  const others = await Promise.all([startAzurite(), startAzurite()]);
  const endpoints = [azurite, ...others].flatMap(({ blob, queue, table }) => [blob, queue, table]);
  expect(new Set(endpoints).size).toBe(9);
  for (const other of others) {
    expect(await new ContainerClient(other.connection, 'things').exists()).toBe(false);
    await other.stop();
    await expect(fetch(other.blob)).rejects.toThrow();
    await other.stop();
  }
});

it.each(['end', 'kill'] as const)('it does not outlive the program that started it: %s', async (way) => {
  const script = `
  const { startAzurite } = await import(${JSON.stringify(join(import.meta.dirname, 'azurite.ts'))});
  const { blob } = await startAzurite();
  console.log(blob);
  ${way === 'kill' ? 'setInterval(() => {}, 1_000);' : ''}`;
  const parent = spawn(process.execPath, ['--input-type=module', '--no-warnings', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(parent, 'exit');
  const [endpoint] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string];
  if (way === 'kill') parent.kill('SIGKILL');
  expect(await ended).toEqual(way === 'kill' ? [null, 'SIGKILL'] : [0, null]);
  const isThere = () =>
    fetch(endpoint).then(
      () => true,
      () => false,
    );
  await expect.poll(isThere).toBe(false);
});

it('a connection string names the services that it is given', () => {
  const connection = connectionTo({ queue: 'http://127.0.0.1:1/a' });
  expect(connection).toContain(';QueueEndpoint=http://127.0.0.1:1/a');
  expect(connection).not.toMatch(/Blob|Table/);
});
