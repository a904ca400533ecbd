import { deepStrictEqual } from 'node:assert';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ContainerClient } from '@azure/storage-blob';
import { createRunner, memoryPublisher, memoryStore, objectJournal } from '@xorca/core';
import { withClaimCheck } from '@xorca/core/codec';
import { journalContract, simulate, storeContract } from '@xorca/testing';
import { describe, expect, it, vi } from 'vitest';
import { walk, walkFleet, walkOrchestrator } from '../../aws/test/support/walk.ts';
import { blobObjects, blobStore } from '../src/index.ts';
import { clientOf, storeUnderTest, testBlob } from './support/blob.ts';
import { record } from './support/record.ts';

const azure = testBlob();
// The longest case makes some thousand requests.
const PATIENCE = { timeout: 240_000 };

it('the emulator rejects a stale write', async () => {
  const blob = (await azure.container()).getBlockBlobClient('k');
  const put = (text: string, conditions: object) => blob.upload(text, text.length, { conditions });
  await expect(put('0', { ifMatch: '"none"' })).rejects.toMatchObject({
    statusCode: 412,
    code: 'ConditionNotMet',
  });
  const { etag: first } = await put('1', { ifNoneMatch: '*' });
  await expect(put('2', { ifNoneMatch: '*' })).rejects.toMatchObject({
    statusCode: 409,
    code: 'BlobAlreadyExists',
  });
  await put('2', { ifMatch: first });
  await expect(put('3', { ifMatch: first })).rejects.toMatchObject({
    statusCode: 412,
    code: 'ConditionNotMet',
  });
  const { etag: third } = await put('3', {});
  const both = await Promise.allSettled([put('4', { ifMatch: third }), put('5', { ifMatch: third })]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

// With a prefix, compressed and under leases: in blob-leased.test.ts.
describe('blobStore, plain', () => {
  for (const { name, show } of storeContract) {
    it(name, PATIENCE, async () => {
      const needs = await show(() => storeUnderTest(azure, {}));
      // A blob takes 5,000 MiB at once: there is no limit to show.
      const isLimit = name.startsWith('where the maker names a limit');
      deepStrictEqual(needs, isLimit ? 'maxBodyBytes' : undefined, name);
    });
  }
});

describe('objectJournal over blobObjects', () => {
  for (const { name, show } of journalContract) {
    it(name, async () => {
      const objects = blobObjects({ client: await azure.container() });
      deepStrictEqual(await show(async (options) => objectJournal(objects, options)), undefined);
    });
  }
});

describe('blobObjects', () => {
  const objects = async (prefix = '') => blobObjects({ client: await azure.container(), prefix });

  it('a text comes back to the letter, of any size', async () => {
    const container = await objects('deep/');
    for (const text of ['\ufeffmark', 'a\0b', '日本 🦈', '', 'x'.repeat(10_000_000)]) {
      const tag = await container.put('k', text, 'any');
      const found = await container.get('k');
      expect(found?.text === text).toBe(true);
      expect(found).toEqual({ text, tag });
    }
    expect(await container.get('other')).toBeUndefined();
    await container.delete('k');
    await container.delete('k');
    expect(await container.get('k')).toBeUndefined();
  });

  it('a blob goes together with its snapshots', async () => {
    const client = await azure.container();
    const container = blobObjects({ client });
    await container.put('k', '1', 'any');
    await client.getBlobClient('k').createSnapshot();
    await container.delete('k');
    expect(await container.get('k')).toBeUndefined();
  });

  it('lists keys in the order of their bytes, page by page, whatever comes and goes meanwhile', async () => {
    const container = await objects('p/');
    const keys = ['a/=b', 'a/~0020', 'a/_', 'a/0', 'a/z', 'a/-', 'b/x'];
    for (const key of keys) await container.put(key, key, 'any');
    const wanted = keys.filter((key) => key.startsWith('a/')).sort();
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await container.list('a/', { limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      found.push(...page.keys);
      // The key that the next page begins behind goes, and another comes before it.
      if (page.next !== undefined) await container.delete(page.keys.at(-1) ?? '');
      await container.put('a/!', 'new', 'any');
      cursor = page.next;
    } while (cursor !== undefined);
    expect(found).toEqual(wanted);
  });

  it('a body that breaks off again and again is to be read again', async () => {
    const server = createServer((_, answer) => {
      answer.writeHead(200, { etag: '"e"', 'content-length': '1000' });
      answer.write('half of', () => answer.destroy());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const client = clientOf(`http://127.0.0.1:${port}/devstoreaccount1`, 'container', 1);
    try {
      await expect(blobObjects({ client }).get('k')).rejects.toMatchObject({
        code: 'XORCA_UNAVAILABLE',
        retryable: true,
      });
    } finally {
      server.close();
    }
  });

  it('a call that nobody answers is given up, by a client that was made here', async () => {
    const { containerName: container } = await azure.container();
    const objects = blobObjects({ connection: azure.connection, container });
    const giveUp = new AbortController();
    const limit = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(giveUp.signal);
    try {
      await azure.wire.during('silent', async () => {
        const calls = [
          objects.get('k'),
          objects.put('k', '1', 'absent'),
          objects.list('', { limit: 1 }),
          objects.delete('k'),
        ];
        const told = Promise.all(
          calls.map((call) =>
            expect(call).rejects.toMatchObject({ code: 'XORCA_UNAVAILABLE', retryable: true }),
          ),
        );
        await vi.waitFor(() => expect(limit).toHaveBeenCalledTimes(calls.length));
        giveUp.abort();
        await told;
      });
      for (const [ms] of limit.mock.calls) expect(ms).toBeLessThanOrEqual(20_000);
    } finally {
      limit.mockRestore();
    }
  });

  it('a client that was made here tries again what was throttled, or lost', async () => {
    const { containerName: container } = await azure.container();
    const objects = blobObjects({ connection: azure.connection, container });
    const tag = await azure.wire.during('throttled', () => objects.put('k', '1', 'any'), 1);
    expect(await azure.wire.during('away', () => objects.get('k'), 1)).toEqual({ text: '1', tag });
  });

  it('with an address, who calls proves it by a token for storage', async () => {
    const scopes: unknown[] = [];
    const credential = {
      async getToken(scope: string | string[]) {
        scopes.push(scope);
        return { token: 'token', expiresOnTimestamp: Date.now() + 3_600_000 };
      },
    };
    // Nobody listens there, and a token goes over TLS only.
    const endpoint = 'https://127.0.0.1:1/';
    const objects = blobObjects({ endpoint, credential, container: 'processes' });
    await expect(objects.get('k')).rejects.toMatchObject({
      code: 'XORCA_UNAVAILABLE',
      retryable: true,
      message: expect.stringContaining('container "processes"'),
    });
    expect(scopes.flat()).toContain('https://storage.azure.com/.default');
  });

  it('a storage that gives no tag is refused, since no later write could name it', async () => {
    const client = await azure.container();
    const tagless = {
      containerName: client.containerName,
      listBlobsFlat: () => client.listBlobsFlat(),
      getBlockBlobClient: (name: string) => {
        const blob = client.getBlockBlobClient(name);
        const { upload, download } = blob;
        const without = ({ etag: _, ...answer }: { etag?: string }) => answer as never;
        blob.upload = async (...parts) => without(await upload.apply(blob, parts));
        blob.download = async (...parts) => without(await download.apply(blob, parts));
        return blob;
      },
    };
    const container = blobObjects({ client: tagless });
    const refused = { code: 'XORCA_CONFIG', message: expect.stringMatching(/without an ETag/) };
    await expect(container.put('k', '1', 'absent')).rejects.toMatchObject(refused);
    await expect(container.get('k')).rejects.toMatchObject(refused);
  });

  it('whatever a storage answers, it is an error of xorca', async () => {
    const container = await objects();
    for (const [status, code] of [
      [409, 'BlobAlreadyExists'],
      [412, 'ConditionNotMet'],
      [400, 'InvalidQueryParameterValue'],
      [409, 'InvalidBlobType'],
    ] as const) {
      for (const call of [
        () => container.get('k'),
        () => container.delete('k'),
        () => container.list('', { limit: 1 }),
        () => container.put('k', '1', 'any'),
      ]) {
        await azure.wire.during(failing(status, code), () =>
          expect(call()).rejects.toMatchObject({ code: 'XORCA_UNAVAILABLE', retryable: false }),
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
  const store = blobStore({ client: await azure.container() });
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

it('a blob that is no text stops nobody else: it is named as due, left out of lists, and can be deleted', async () => {
  const client = await azure.container();
  const store = blobStore({ client });
  for (const id of ['damaged', 'fine']) await store.save(record(id, { wakeAt: 5 }), undefined);
  await client.getBlockBlobClient('process/damaged').upload(Buffer.from([0x7b, 0xff, 0xfe]), 3);
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
  const client = await azure.container();
  const publisher = memoryPublisher();
  const runner = createRunner(walkOrchestrator, {
    store: blobStore({ client: losingFirstSave(azure.patient(client)) }),
    publisher,
  });
  const from = azure.wire.calls.length;
  const event = { specversion: '1.0', id: 'e', source: '/x', subject: 'p', type: 'evt.book.wanted' };
  const outcomes = await runner.handle([{ ...event, data: { book: 'Opticks' } }]);
  expect(outcomes.map(({ status }) => status)).toEqual(['applied']);
  expect(publisher.published).toHaveLength(1);
  const saves = azure.wire.calls
    .slice(from)
    .filter(({ path, method }) => method === 'PUT' && path.includes('/process/'));
  // It landed, met itself, and was settled.
  expect(saves.map(({ status }) => status)).toEqual([201, 409, 201]);
});

/** A client that does not hear of the first save of a process. */
function losingFirstSave(client: ContainerClient) {
  let saves = 0;
  return {
    containerName: client.containerName,
    listBlobsFlat: () => client.listBlobsFlat(),
    getBlockBlobClient(name: string) {
      const blob = client.getBlockBlobClient(name);
      const upload = blob.upload.bind(blob);
      if (name.startsWith('process/')) {
        blob.upload = (...parts) =>
          saves++ === 0 ? azure.wire.during('lostReply', () => upload(...parts), 1) : upload(...parts);
      }
      return blob;
    },
  };
}

it('every kind of step works', async () => {
  const store = blobStore({ client: await azure.container() });
  const { reports, states, stuck, resting, cancelled } = await walk({ store });
  expect(reports).toEqual([]);
  expect(states).toEqual(['Fetching', 'Resting', 'Read']);
  expect(stuck).toEqual(['lost error']);
  expect(resting).toEqual(['lost']);
  expect(cancelled).toBe('cancelled');
});

it(
  'every process comes to its end in worlds where functions die and events come twice',
  PATIENCE,
  async () => {
    await simulate(walkOrchestrator, walkFleet, {
      seeds: 3,
      events: ({ id }) => [{ type: 'evt.book.wanted', data: { book: id } }],
      shrink: false,
      store: async () => blobStore({ client: await azure.container() }),
      invariant: ({ processes }) => [...processes.values()].every(({ status }) => status === 'done'),
    });
  },
);

const failing = (status: number, code: string) => ({
  status,
  headers: { 'x-ms-error-code': code },
  body: `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>the message</Message></Error>`,
});

describe('errors of Blob Storage', () => {
  it('name a container that is not there, and the call', async () => {
    const client = clientOf(azure.wire.endpoint, 'nowhere', 1);
    const objects = blobObjects({ client });
    const calls = {
      GetBlob: () => objects.get('k'),
      PutBlob: () => objects.put('k', '1', 'absent'),
      ListBlobs: () => objects.list('', { limit: 1 }),
      DeleteBlob: () => objects.delete('k'),
    };
    for (const [action, call] of Object.entries(calls)) {
      await expect(call()).rejects.toMatchObject({
        code: 'XORCA_CONFIG',
        retryable: false,
        message: expect.stringMatching(`no container "nowhere" \\(${action}: .*Make it`),
      });
    }
  });

  it('name the role that is missing', async () => {
    const objects = blobObjects({ client: await azure.container() });
    for (const call of [
      () => objects.get('k'),
      () => objects.put('k', '1', 'absent'),
      () => objects.list('', { limit: 1 }),
      () => objects.delete('k'),
    ]) {
      await azure.wire.during(failing(403, 'AuthorizationPermissionMismatch'), () =>
        expect(call()).rejects.toMatchObject({
          code: 'XORCA_CONFIG',
          message: expect.stringMatching(
            /No permission for \w+ on container "xorca-\d+".*"Storage Blob Data Contributor"/,
          ),
        }),
      );
    }
  });

  it('show no key', async () => {
    const objects = blobObjects({
      connection: azure.connection.replace(/AccountKey=[^;]+/, 'AccountKey=c2VjcmV0LWtleQ=='),
      container: 'xorca-1',
    });
    const error = await objects.get('k').then(
      () => undefined,
      (reason: Error) => reason,
    );
    expect(error).toMatchObject({ code: 'XORCA_CONFIG' });
    expect(error?.message).not.toContain('c2VjcmV0');
  });

  it('of options come at once', async () => {
    const client = await azure.container();
    const { connection } = azure;
    const container = 'container';
    const wrong: readonly [object, RegExp][] = [
      [{ connection }, /needs container/],
      [{ connection, container: 'Capital' }, /needs container/],
      [{ connection, container: 'two--dashes' }, /needs container/],
      [{ connection, container: 'ab' }, /needs container/],
      [{ container }, /exactly one of client, connection/],
      [{ client, container }, /has a client and a container/],
      [{ client, connection }, /exactly one of client, connection/],
      [{ client: {} }, /no method getBlockBlobClient.*storage-blob/],
      [{ client: null }, /no method getBlockBlobClient/],
      [{ client, prefx: 'x' }, /Did you mean "prefix"/],
      ...[5, '\u0001', 'a\\b', '/a', 'a//b', '../', 'a./b', 'x'.repeat(701)].map(
        (prefix): [object, RegExp] => [{ client, prefix }, /prefix of blob\w+ must be text/],
      ),
    ];
    for (const [options, message] of wrong) {
      expect(() => blobStore(options as never)).toThrow(expect.objectContaining({ code: 'XORCA_CONFIG' }));
      for (const make of [blobStore, blobObjects]) {
        expect(() => make(options as never)).toThrow(message);
        expect(() => make(options as never)).toThrow(make.name);
      }
    }
    expect(() => blobStore({ client, compresion: true } as never)).toThrow('Did you mean "compression"?');
  });
});
