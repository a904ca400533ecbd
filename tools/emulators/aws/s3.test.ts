import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Emulator } from '../emulator.ts';
import { CREDENTIALS } from './credentials.ts';
import { startFauxqs } from './fauxqs.ts';

let emulator: Emulator;
let client: S3Client;
let Bucket: string;

beforeAll(async () => {
  emulator = await startFauxqs();
  client = new S3Client({
    ...CREDENTIALS,
    endpoint: emulator.endpoint,
    maxAttempts: 1,
    forcePathStyle: true,
  });
  Bucket = 'things';
  await client.send(new CreateBucketCommand({ Bucket }));
});
afterAll(async () => {
  client?.destroy();
  await emulator?.stop();
});

const put = (Key: string, Body: string | Uint8Array, when: { IfMatch?: string; IfNoneMatch?: string } = {}) =>
  client.send(new PutObjectCommand({ Bucket, Key, Body, ...when }));
const get = async (Key: string) => {
  const { Body, ETag } = await client.send(new GetObjectCommand({ Bucket, Key }));
  return { bytes: await Body?.transformToByteArray(), ETag };
};
const text = async (Key: string) => Buffer.from((await get(Key)).bytes ?? []).toString();
const failed = (status: number, name: string) => ({ name, $metadata: { httpStatusCode: status } });

it('a stale write is refused with 412 and changes nothing', async () => {
  const { ETag: first = '' } = await put('stale', 'one');
  await put('stale', 'two', { IfMatch: first });

  await expect(put('stale', 'three', { IfMatch: first })).rejects.toMatchObject(
    failed(412, 'PreconditionFailed'),
  );
  expect(await text('stale')).toBe('two');
});

it('a write of what must be new is refused with 412 where something is', async () => {
  await put('new', 'one', { IfNoneMatch: '*' });
  await expect(put('new', 'two', { IfNoneMatch: '*' })).rejects.toMatchObject(
    failed(412, 'PreconditionFailed'),
  );
  expect(await text('new')).toBe('one');
});

it('a write over what is gone is refused with 404', async () => {
  const { ETag = '' } = await put('gone', 'one');
  await client.send(new DeleteObjectCommand({ Bucket, Key: 'gone' }));
  await expect(put('gone', 'two', { IfMatch: ETag })).rejects.toMatchObject(failed(404, 'NoSuchKey'));
});

it('of many writes under one condition, one is taken', async () => {
  const firsts = Array.from({ length: 20 }, (_, n) => put('race', `first ${n}`, { IfNoneMatch: '*' }));
  expect((await Promise.allSettled(firsts)).filter(({ status }) => status === 'fulfilled')).toHaveLength(1);

  const { ETag = '' } = await get('race');
  const seconds = Array.from({ length: 20 }, (_, n) => put('race', `second ${n}`, { IfMatch: ETag }));
  expect((await Promise.allSettled(seconds)).filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

it('a stale delete is refused with 412; one without a condition is always taken', async () => {
  const { ETag: first = '' } = await put('removed', 'one');
  await put('removed', 'two');
  const remove = (IfMatch?: string) =>
    client.send(new DeleteObjectCommand({ Bucket, Key: 'removed', ...(IfMatch ? { IfMatch } : {}) }));

  await expect(remove(first)).rejects.toMatchObject(failed(412, 'PreconditionFailed'));
  await remove();
  await remove();
});

it('what was written is read, with the tag it was given', async () => {
  const { ETag } = await put('read', 'one');
  expect(await get('read')).toEqual({ bytes: new Uint8Array(Buffer.from('one')), ETag });
});

it('keys have all letters that stores write', async () => {
  const key = 'a-z_0=9~/./x//y.json';
  await put(key, 'here');
  expect(await text(key)).toBe('here');
  const { Contents } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'a-z_' }));
  expect(Contents?.map(({ Key }) => Key)).toEqual([key]);
});

it('a key has at most 1,024 bytes', async () => {
  const longest = `long/${'k'.repeat(1_019)}`;
  await put(longest, 'here');
  expect(await text(longest)).toBe('here');
  await expect(put(`${longest}k`, 'here')).rejects.toMatchObject(failed(400, 'KeyTooLongError'));
});

it('a body of 20 MB comes back as it was', async () => {
  const body = Buffer.alloc(20_000_000, 'large ');
  await put('large', body);
  const { bytes = new Uint8Array() } = await get('large');
  expect(body.equals(bytes)).toBe(true);
});

it('what is not there is told apart: the key, the bucket', async () => {
  await expect(get('nothing')).rejects.toMatchObject(failed(404, 'NoSuchKey'));
  for (const command of [
    new GetObjectCommand({ Bucket: 'nowhere', Key: 'a' }),
    new PutObjectCommand({ Bucket: 'nowhere', Key: 'a', Body: 'a', IfNoneMatch: '*' }),
    new PutObjectCommand({ Bucket: 'nowhere', Key: 'a', Body: 'a', IfMatch: '"a"' }),
    new ListObjectsV2Command({ Bucket: 'nowhere' }),
  ]) {
    await expect(client.send(command as GetObjectCommand)).rejects.toMatchObject(failed(404, 'NoSuchBucket'));
  }
});

it('lists keys by their bytes, page by page, while others come and go', async () => {
  const keys = ['-', '.', '/', '0', '9', '=', '_', 'a', 'a-', 'a/', 'a0', 'b', '~'];
  for (const key of [...keys].reverse()) await put(`list/${key}`, key);
  const page = async (token?: string) => {
    const { Contents, NextContinuationToken, IsTruncated } = await client.send(
      new ListObjectsV2Command({
        Bucket,
        Prefix: 'list/',
        MaxKeys: 5,
        ...(token ? { ContinuationToken: token } : {}),
      }),
    );
    expect(IsTruncated).toBe(NextContinuationToken !== undefined);
    return { keys: Contents?.map(({ Key }) => Key?.slice('list/'.length)), token: NextContinuationToken };
  };

  const first = await page();
  expect(first.keys).toEqual(['-', '.', '/', '0', '9']);
  // One behind and one before the mark come, and the mark itself goes.
  await put('list/00', 'new');
  await put('list/A', 'new');
  await client.send(new DeleteObjectCommand({ Bucket, Key: 'list/9' }));

  const second = await page(first.token);
  expect(second.keys).toEqual(['=', 'A', '_', 'a', 'a-']);
  const third = await page(second.token);
  expect(third).toEqual({ keys: ['a/', 'a0', 'b', '~'], token: undefined });
});
