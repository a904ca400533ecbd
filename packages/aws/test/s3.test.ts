import { deepStrictEqual } from 'node:assert';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { createRunner, memoryPublisher, memoryStore, objectJournal } from '@xorca/core';
import { withClaimCheck } from '@xorca/core/codec';
import { journalContract, simulate, storeContract } from '@xorca/testing';
import { describe, expect, it } from 'vitest';
import { checkS3, s3Objects, s3Store } from '../src/index.ts';
import { record } from './support/record.ts';
import { clientOf, storeUnderTest, testS3 } from './support/s3.ts';
import { walk, walkFleet, walkOrchestrator } from './support/walk.ts';

const s3 = testS3();

interface Answer {
  Contents?: object[];
  ETag?: string;
}

it('the emulator rejects a stale write', async () => {
  const Bucket = await s3.bucket();
  const put = (Body: string, condition: object) =>
    s3.client.send(new PutObjectCommand({ Bucket, Key: 'k', Body, ...condition }));
  await expect(put('0', { IfMatch: '"none"' })).rejects.toMatchObject({ name: 'NoSuchKey' });
  const { ETag: first } = await put('1', { IfNoneMatch: '*' });
  await expect(put('2', { IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  await put('2', { IfMatch: first });
  await expect(put('3', { IfMatch: first })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  const { ETag: third } = await put('3', {});
  const both = await Promise.allSettled([put('4', { IfMatch: third }), put('5', { IfMatch: third })]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

for (const [variant, options] of Object.entries({
  plain: {},
  'with a prefix, compressed': { prefix: 'a/b/', compression: { minBytes: 0 } },
})) {
  describe(`s3Store, ${variant}`, () => {
    for (const { name, show } of storeContract) {
      it(name, async () => {
        const needs = await show(() => storeUnderTest(s3, options));
        // S3 takes 5 TB: there is no limit to show.
        const isLimit = name.startsWith('where the maker names a limit');
        deepStrictEqual(needs, isLimit ? 'maxBodyBytes' : undefined, name);
      });
    }
  });
}

describe('objectJournal over s3Objects', () => {
  for (const { name, show } of journalContract) {
    it(name, async () => {
      const objects = s3Objects({ client: s3.client, bucket: await s3.bucket() });
      deepStrictEqual(await show(async (options) => objectJournal(objects, options)), undefined);
    });
  }
});

describe('s3Objects', () => {
  const objects = async (prefix = '') => s3Objects({ client: s3.client, bucket: await s3.bucket(), prefix });

  it('a text comes back to the letter, of any size', async () => {
    const bucket = await objects('deep/');
    for (const text of ['\ufeffmark', 'a\0b', '日本 🦈', 'x'.repeat(10_000_000)]) {
      const tag = await bucket.put('k', text, 'any');
      const found = await bucket.get('k');
      expect(found?.text === text).toBe(true);
      expect(found?.tag).toBe(tag);
    }
    expect(await bucket.get('other')).toBeUndefined();
    await bucket.delete('k');
    await bucket.delete('k');
    expect(await bucket.get('k')).toBeUndefined();
  });

  it('lists keys in the order of their bytes, page by page, whatever comes and goes meanwhile', async () => {
    const bucket = await objects('p/');
    const keys = ['a/=b', 'a/~0020', 'a/_', 'a/0', 'a/z', 'a/-', 'b/x'];
    for (const key of keys) await bucket.put(key, key, 'any');
    const wanted = keys.filter((key) => key.startsWith('a/')).sort();
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await bucket.list('a/', { limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      found.push(...page.keys);
      // The key that the next page begins behind goes, and another comes before it.
      if (page.next !== undefined) await bucket.delete(page.next);
      await bucket.put('a/!', 'new', 'any');
      cursor = page.next;
    } while (cursor !== undefined);
    expect(found).toEqual(wanted);
  });

  it('a conditional write that meets another one under way conflicts', async () => {
    const bucket = await objects();
    const tag = await bucket.put('k', '1', 'absent');
    const busy = {
      status: 409,
      body: '<Error><Code>ConditionalRequestConflict</Code><Message>busy</Message></Error>',
    };
    await s3.wire.during(busy, async () => {
      await expect(bucket.put('k', '2', { tag })).rejects.toMatchObject({ code: 'XORCA_CONFLICT' });
      await expect(bucket.put('k', '2', 'any')).rejects.toMatchObject({
        code: 'XORCA_UNAVAILABLE',
        retryable: true,
      });
    });
    expect(await bucket.get('k')).toEqual({ text: '1', tag });
  });

  it('a body that breaks off is to be read again', async () => {
    const server = createServer((_, answer) => {
      answer.writeHead(200, { etag: '"e"', 'content-length': '1000' });
      answer.write('half of', () => answer.destroy());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const client = clientOf(`http://127.0.0.1:${port}`, 1);
    try {
      await expect(s3Objects({ client, bucket: 'bucket' }).get('k')).rejects.toMatchObject({
        code: 'XORCA_UNAVAILABLE',
        retryable: true,
      });
    } finally {
      client.destroy();
      server.close();
    }
  });

  it('a storage that gives no tag is refused, since no later write could name it', async () => {
    const tagless = {
      async send(command: never) {
        const answer = (await s3.client.send(command)) as Answer;
        delete answer.ETag;
        return answer;
      },
    };
    const bucket = s3Objects({ client: tagless as never, bucket: await s3.bucket() });
    const refused = { code: 'XORCA_CONFIG', message: expect.stringMatching(/without an ETag/) };
    await expect(bucket.put('k', '1', 'absent')).rejects.toMatchObject(refused);
    await expect(bucket.get('k')).rejects.toMatchObject(refused);
  });

  it('whatever a storage answers, it is an error of xorca', async () => {
    const bucket = await objects();
    for (const [status, code] of [
      [409, 'ConditionalRequestConflict'],
      [412, 'PreconditionFailed'],
    ] as const) {
      const answer = { status, body: `<Error><Code>${code}</Code><Message>odd</Message></Error>` };
      for (const call of [
        () => bucket.get('k'),
        () => bucket.delete('k'),
        () => bucket.list('', { limit: 1 }),
      ]) {
        await s3.wire.during(answer, () =>
          expect(call()).rejects.toMatchObject({ code: 'XORCA_UNAVAILABLE' }),
        );
      }
    }
  });

  it('bodies of 9 MB go there from a store of small records', async () => {
    const store = withClaimCheck(memoryStore(), { objects: await objects() });
    const body = JSON.stringify('日'.repeat(3_000_000));
    const revision = await store.save(record('p', { body }), undefined);
    expect((await store.load('p'))?.record.body === body).toBe(true);
    await store.save(record('p', { revision: 2 }), revision);
  });
});

it('of 16 that save at once one wins, round after round, also after a delete, and the rest conflict', async () => {
  const store = s3Store({ client: s3.client, bucket: await s3.bucket() });
  let revision: string | number | undefined;
  for (let round = 1; round <= 10; round++) {
    const results = await Promise.allSettled(
      Array.from({ length: 16 }, (_, n) =>
        store.save(record('p', { revision: round, wakeAt: round, body: `${round}/${n}` }), revision),
      ),
    );
    const winners = results.flatMap((one, n) =>
      one.status === 'fulfilled' ? [{ n, revision: one.value }] : [],
    );
    for (const one of results) {
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'XORCA_CONFLICT' });
    }
    expect(winners).toHaveLength(1);
    revision = winners[0]?.revision;
    expect((await store.load('p'))?.record.body).toBe(`${round}/${winners[0]?.n}`);
    if (round % 4 !== 0) continue;
    await store.delete?.('p');
    await expect(store.save(record('p'), revision)).rejects.toMatchObject({ code: 'XORCA_CONFLICT' });
    revision = undefined;
  }
});

it('an object that is no text stops nobody else: it is named as due, left out of lists, and can be deleted', async () => {
  const bucket = await s3.bucket();
  const store = s3Store({ client: s3.client, bucket });
  for (const id of ['damaged', 'fine']) await store.save(record(id, { wakeAt: 5 }), undefined);
  const Body = new Uint8Array([0x7b, 0xff, 0xfe]);
  await s3.client.send(new PutObjectCommand({ Bucket: bucket, Key: 'process/damaged', Body }));
  await expect(store.load('damaged')).rejects.toMatchObject({
    code: 'XORCA_CORRUPT_RECORD',
    processId: 'damaged',
  });
  expect([...(await store.due(10, 10))].sort()).toEqual(['damaged', 'fine']);
  expect((await store.list({})).items.map(({ id }) => id)).toEqual(['fine']);
  await store.delete?.('damaged');
  expect(await store.load('damaged')).toBeUndefined();
});

it('a save that landed unheard and was sent again by the SDK steps its process once', async () => {
  let lost = 0;
  const client = {
    send(command: { input: { Key?: string; Body?: unknown } }) {
      const isSave = command.input.Body !== undefined && command.input.Key?.startsWith('process/');
      const send = () => s3.patient.send(command as never);
      return isSave && lost++ === 0 ? s3.wire.during('lostReply', send, 1) : send();
    },
  };
  const publisher = memoryPublisher();
  const store = s3Store({ client: client as never, bucket: await s3.bucket() });
  const runner = createRunner(walkOrchestrator, { store, publisher });
  const from = s3.wire.calls.length;
  const event = { specversion: '1.0', id: 'e', source: '/x', subject: 'p', type: 'evt.book.wanted' };
  const outcomes = await runner.handle([{ ...event, data: { book: 'Opticks' } }]);
  expect(outcomes.map(({ status }) => status)).toEqual(['applied']);
  expect(publisher.published).toHaveLength(1);
  const saves = s3.wire.calls
    .slice(from)
    .filter(({ path, method }) => method === 'PUT' && path.includes('/process/'));
  // It landed, met itself, and was settled.
  expect(saves.map(({ status }) => status)).toEqual([200, 412, 200]);
});

it('every kind of step works', async () => {
  const store = s3Store({ client: s3.client, bucket: await s3.bucket() });
  const { reports, states, stuck, resting, cancelled } = await walk({ store });
  expect(reports).toEqual([]);
  expect(states).toEqual(['Fetching', 'Resting', 'Read']);
  expect(stuck).toEqual(['lost error']);
  expect(resting).toEqual(['lost']);
  expect(cancelled).toBe('cancelled');
});

it('every process comes to its end in worlds where functions die and events come twice', {
  timeout: 120_000,
}, async () => {
  await simulate(walkOrchestrator, walkFleet, {
    seeds: 3,
    events: ({ id }) => [{ type: 'evt.book.wanted', data: { book: id } }],
    shrink: false,
    store: async () => s3Store({ client: s3.client, bucket: await s3.bucket() }),
    invariant: ({ processes }) => [...processes.values()].every(({ status }) => status === 'done'),
  });
});

describe('checkS3', () => {
  it('is content with S3, and leaves nothing behind', async () => {
    const bucket = await s3.bucket();
    await checkS3({ client: s3.client, bucket });
    expect(await s3Objects({ client: s3.client, bucket }).list('', { limit: 10 })).toEqual({ keys: [] });
  });

  it('says what failed first, also when nothing can be removed afterwards', async () => {
    await expect(checkS3({ client: s3.client, bucket: 'nowhere' })).rejects.toMatchObject({
      code: 'XORCA_CONFIG',
      message: expect.stringMatching(/no bucket "nowhere".*s3:PutObject/),
    });
  });

  it.each([
    ['lists without an order', {}, (answer: Answer) => answer.Contents?.reverse()],
    ['ignores where a page begins', { StartAfter: undefined, MaxKeys: 1 }, () => undefined],
    ['lists late', {}, (answer: Answer) => answer.Contents?.splice(0)],
  ] as const)('finds a storage that %s', async (_, input, change) => {
    const odd = {
      async send(command: { input: Record<string, unknown> }) {
        const isList = 'MaxKeys' in command.input;
        // All keys at once, in the order that the storage has.
        if (isList) Object.assign(command.input, { MaxKeys: 1_000, ...input });
        const answer = (await s3.client.send(command as never)) as Answer;
        if (isList) change(answer);
        return answer;
      },
    };
    await expect(checkS3({ client: odd as never, bucket: await s3.bucket() })).rejects.toMatchObject({
      code: 'XORCA_CONFIG',
      message: expect.stringMatching(/does not list keys/),
    });
  });

  it('finds a storage that updates what is not there', async () => {
    const creating = {
      async send(command: { input: Record<string, unknown> }) {
        return s3.client.send(command as never).catch((error: Error) => {
          if (error.name !== 'NoSuchKey' || !('IfMatch' in command.input)) throw error;
          delete command.input['IfMatch'];
          return s3.client.send(command as never);
        });
      },
    };
    const bucket = await s3.bucket();
    await expect(checkS3({ client: creating as never, bucket })).rejects.toMatchObject({
      code: 'XORCA_CONFIG',
      message: expect.stringMatching(/If-Match for a key that is not there/),
    });
    expect(await s3Objects({ client: s3.client, bucket }).list('', { limit: 10 })).toEqual({ keys: [] });
  });

  it.each([
    ['IfNoneMatch', 'If-None-Match: * and ignores the condition'],
    ['IfMatch', 'If-Match and ignores the condition'],
  ] as const)('finds a storage that ignores %s', async (condition, header) => {
    const ignoring = {
      send(command: { input: Record<string, unknown> }) {
        delete command.input[condition];
        return s3.client.send(command as never);
      },
    };
    const checking = checkS3({ client: ignoring as never, bucket: await s3.bucket() });
    await expect(checking).rejects.toMatchObject({
      code: 'XORCA_CONFIG',
      message: expect.stringContaining(header),
    });
  });
});

describe('errors of S3', () => {
  const failing = (status: number, code: string, headers: Record<string, string> = {}) => ({
    status,
    headers,
    body: `<Error><Code>${code}</Code><Message>the message</Message></Error>`,
  });

  it('name a bucket that is not there, its region, and the call', async () => {
    const objects = s3Objects({ client: s3.client, bucket: 'nowhere' });
    const calls = {
      GetObject: () => objects.get('k'),
      PutObject: () => objects.put('k', '1', 'absent'),
      ListBucket: () => objects.list('', { limit: 1 }),
      DeleteObject: () => objects.delete('k'),
    };
    const missing = failing(404, 'NoSuchBucket');
    for (const [action, call] of Object.entries(calls)) {
      await s3.wire.during(missing, () =>
        expect(call()).rejects.toMatchObject({
          code: 'XORCA_CONFIG',
          retryable: false,
          message: expect.stringMatching(`no bucket "nowhere" in region eu-central-1 .*s3:${action}`),
        }),
      );
    }
    await expect(objects.get('k')).rejects.toMatchObject({ code: 'XORCA_CONFIG' });
  });

  it('name the permission that is missing, also where a key may just not be there', async () => {
    const objects = s3Objects({ client: s3.client, bucket: await s3.bucket() });
    await s3.wire.during(failing(403, 'AccessDenied'), async () => {
      await expect(objects.get('k')).rejects.toMatchObject({
        code: 'XORCA_CONFIG',
        message: expect.stringMatching(/No permission for s3:GetObject.*Allow s3:ListBucket, too/),
      });
      await expect(objects.put('k', '1', 'any')).rejects.toMatchObject({
        code: 'XORCA_CONFIG',
        message: expect.stringMatching(/No permission for s3:PutObject on bucket/),
      });
    });
  });

  it('speak of s3:ListBucket only where it may be what is missing', async () => {
    const objects = s3Objects({ client: s3.client, bucket: await s3.bucket() });
    await s3.wire.during(failing(403, 'InvalidAccessKeyId'), () =>
      expect(objects.get('k')).rejects.toMatchObject({
        code: 'XORCA_CONFIG',
        message: expect.not.stringContaining('s3:ListBucket'),
      }),
    );
  });

  it('name the region that a bucket is in, also where its signature tells', async () => {
    const objects = s3Objects({ client: s3.client, bucket: await s3.bucket() });
    const body =
      '<Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message><Region>us-west-2</Region></Error>';
    await s3.wire.during({ status: 400, body }, () =>
      expect(objects.get('k')).rejects.toMatchObject({
        code: 'XORCA_CONFIG',
        message: expect.stringMatching(/another region, us-west-2/),
      }),
    );
  });

  it('name the region that a bucket is in', async () => {
    const objects = s3Objects({ client: s3.client, bucket: await s3.bucket() });
    const elsewhere = failing(301, 'PermanentRedirect', { 'x-amz-bucket-region': 'us-west-2' });
    await s3.wire.during(elsewhere, () =>
      expect(objects.get('k')).rejects.toMatchObject({
        code: 'XORCA_CONFIG',
        message: expect.stringMatching(/another region, us-west-2/),
      }),
    );
  });

  it('of options come at once', () => {
    const wrong: readonly [object, RegExp][] = [
      [{}, /needs bucket/],
      [{ bucket: 'Capital' }, /needs bucket/],
      [{ bucket: 'bucket', prefix: 5 }, /prefix of s3\w+ must be text/],
      [{ bucket: 'bucket', prefix: '\u0001' }, /without control characters/],
      [{ bucket: 'bucket', buket: 'x' }, /Did you mean "bucket"/],
      [{ bucket: 'bucket', client: {} }, /no method send.*client-s3/],
      [{ bucket: 'bucket', client: s3.client, region: 'eu-central-1' }, /has a client and a region/],
      [{ bucket: 'bucket', region: '' }, /name of a region/],
    ];
    for (const [options, message] of wrong) {
      expect(() => s3Store(options as never)).toThrow(expect.objectContaining({ code: 'XORCA_CONFIG' }));
      for (const make of [s3Store, s3Objects]) {
        expect(() => make(options as never)).toThrow(message);
        expect(() => make(options as never)).toThrow(make.name);
      }
    }
    const misspelt = { bucket: 'bucket', compresion: true } as never;
    expect(() => s3Store(misspelt)).toThrow('Did you mean "compression"?');
  });
});
