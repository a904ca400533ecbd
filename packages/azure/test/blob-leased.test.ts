import { deepStrictEqual } from 'node:assert';
import {
  createOrchestrator,
  createRunner,
  memoryLock,
  memoryPublisher,
  type ProcessStore,
  type Revision,
} from '@xorca/core';
import { type StoreUnderTest, storeContract } from '@xorca/testing';
import { describe, expect, it } from 'vitest';
import { assign, setup } from 'xstate';
import { walk } from '../../aws/test/support/walk.ts';
import { type BlobLeaseLock, blobLeaseLock, blobStore } from '../src/index.ts';
import { storeUnderTest, testBlob } from './support/blob.ts';
import { record } from './support/record.ts';

const azure = testBlob();
// The longest case makes some thousand requests.
const PATIENCE = { timeout: 240_000 };
const AT_ONCE = { ttlMs: 60_000, timeoutMs: 0 };
const EVENT = { specversion: '1.0', id: 'e', source: '/x', subject: 'p', type: 'evt.count' } as const;
const LOST = { code: 'XORCA_LOCK_LOST', processId: 'p', retryable: true };
const LEASED = { code: 'XORCA_LOCK_TIMEOUT', processId: 'p', retryable: true };

const counting = createOrchestrator({
  name: 'counting',
  machines: {
    '1.0.0': setup({ types: { context: {} as { n: number } } }).createMachine({
      id: 'counting',
      context: { n: 0 },
      on: { 'evt.count': { actions: assign({ n: ({ context }) => context.n + 1 }) } },
    }),
  },
  startOn: 'evt.count',
});

/** A store and a lock of one container, as two programs have them. */
async function twoPrograms() {
  const client = await azure.container();
  const program = () => {
    const lock = blobLeaseLock({ client });
    return { lock, store: blobStore({ client, lock }) };
  };
  return { client, one: program(), other: program(), plain: blobStore({ client }) };
}

const refusals = (from: number) =>
  azure.wire.calls
    .slice(from)
    .flatMap(({ action, status }) => (status >= 400 ? [`${action} ${status}`] : []));

describe('a save under a lease', () => {
  it('of a holder whose lease ended is refused by Azure when somebody else has taken it, although nothing was written since', async () => {
    const { client, one, other } = await twoPrograms();
    const lease = await one.lock.acquire('p', AT_ONCE);
    const revision = await one.store.save(record('p'), undefined);
    await azure.advance(60_000);
    const next = await other.lock.acquire('p', AT_ONCE);
    expect(next.fence).toBeGreaterThan(lease.fence);
    const { etag } = await client.getBlobClient('process/p').getProperties();
    // The condition of the late save would hold.
    expect(String(revision)).toContain(String(etag));
    const from = azure.wire.calls.length;
    await expect(
      one.store.save(record('p', { revision: 2, body: '"late"' }), revision),
    ).rejects.toMatchObject(LOST);
    await expect(one.store.delete?.('p')).rejects.toMatchObject(LOST);
    expect(refusals(from)).toEqual(['PutBlob 412', 'DeleteBlob 412']);
    const saved = await other.store.save(record('p', { revision: 2, body: '"other"' }), revision);
    expect(await one.store.load('p')).toMatchObject({ revision: saved, record: { body: '"other"' } });
    await expect(lease.renew()).rejects.toMatchObject({ code: 'XORCA_LOCK_LOST' });
    await next.renew();
  });

  it('is refused when the lease has ended, also where nobody has taken it', async () => {
    const { one } = await twoPrograms();
    const lease = await one.lock.acquire('p', AT_ONCE);
    const revision = await one.store.save(record('p'), undefined);
    await azure.advance(60_000);
    await expect(one.store.save(record('p', { revision: 2 }), revision)).rejects.toMatchObject(LOST);
    // Nobody was in between, so Azure lets it go on.
    await lease.renew();
    await one.store.save(record('p', { revision: 2 }), revision);
  });

  it('keeps everybody else out, with a lock and without, until it is given back', async () => {
    const { one, other, plain } = await twoPrograms();
    const lease = await one.lock.acquire('p', AT_ONCE);
    const revision = await one.store.save(record('p'), undefined);
    for (const store of [other.store, plain]) {
      await expect(store.save(record('p', { revision: 2 }), revision)).rejects.toMatchObject(LEASED);
      await expect(store.delete?.('p')).rejects.toMatchObject(LEASED);
      expect((await store.load('p'))?.revision).toBe(revision);
    }
    await lease.release();
    await plain.save(record('p', { revision: 2 }), revision);
  });

  it('is still conditional', async () => {
    const { one } = await twoPrograms();
    await one.lock.acquire('p', AT_ONCE);
    const first = await one.store.save(record('p'), undefined);
    await expect(one.store.save(record('p'), undefined)).rejects.toMatchObject({ code: 'XORCA_CONFLICT' });
    await one.store.save(record('p', { revision: 2 }), first);
    await expect(one.store.save(record('p', { revision: 2 }), first)).rejects.toMatchObject({
      code: 'XORCA_CONFLICT',
    });
  });
});

describe('the empty blob that a lease lies on', () => {
  it('is no process: it is not loaded, not due and not listed, also without a lock', async () => {
    const { one, plain } = await twoPrograms();
    await one.lock.acquire('p', AT_ONCE);
    for (const store of [one.store, plain]) {
      expect(await store.load('p')).toBeUndefined();
      expect(await store.due(Number.MAX_SAFE_INTEGER, 10)).toEqual([]);
      expect(await store.list({})).toEqual({ items: [] });
    }
    await one.store.delete?.('p');
  });

  it('is written over by the first save, and only by one, also without a lock', async () => {
    const { one, plain } = await twoPrograms();
    for (const store of [one.store, plain]) {
      await (await one.lock.acquire('p', AT_ONCE)).release();
      const saves = await Promise.allSettled(
        Array.from({ length: 8 }, (_, n) => store.save(record('p', { body: String(n) }), undefined)),
      );
      for (const save of saves) {
        if (save.status === 'rejected') expect(save.reason).toMatchObject({ code: 'XORCA_CONFLICT' });
      }
      expect(saves.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      await store.delete?.('p');
    }
  });

  it('is told from a record that somebody has emptied', async () => {
    const { client, one, plain } = await twoPrograms();
    await client.getBlockBlobClient('process/p').upload('', 0);
    for (const store of [one.store, plain]) {
      await expect(store.load('p')).rejects.toMatchObject({ code: 'XORCA_CORRUPT_RECORD' });
    }
  });
});

describe('blobStore, with a prefix, compressed, each write under a lease', () => {
  for (const { name, show } of storeContract) {
    it(name, PATIENCE, async () => {
      const needs = await show(leasedStore);
      const isLimit = name.startsWith('where the maker names a limit');
      deepStrictEqual(needs, isLimit ? 'maxBodyBytes' : undefined, name);
    });
  }
});

/** A store whose every write takes the lease of its process first. The lock's own calls go past the wire. */
async function leasedStore(): Promise<StoreUnderTest> {
  const client = await azure.container();
  const prefix = 'a/b/';
  const lock = blobLeaseLock({ client: azure.direct(client), prefix });
  const test = await storeUnderTest(azure, { client, lock, prefix, compression: { minBytes: 0 } });
  return { ...test, store: underLease(test.store, lock) };
}

function underLease(store: ProcessStore, lock: BlobLeaseLock): ProcessStore {
  // Whoever waits does so here, and asks Azure once: what is shown is the store, not the patience.
  const queue = memoryLock();
  async function held<Result>(id: string, work: () => Promise<Result>): Promise<Result> {
    const turn = await queue.acquire(id, { ttlMs: 600_000, timeoutMs: 600_000 });
    try {
      const lease = await lock.acquire(id, AT_ONCE);
      return await work().finally(() => lease.release());
    } finally {
      await turn.release();
    }
  }
  return {
    ...store,
    save: (one, expected) => held<Revision>(one.id, () => store.save(one, expected)),
    delete: (id) => held(id, async () => store.delete?.(id)),
  };
}

describe('a runner with lock and store of one container', () => {
  it('does every kind of step', async () => {
    const { one } = await twoPrograms();
    const { reports, states, stuck, resting, cancelled } = await walk(one);
    expect(reports).toEqual([]);
    expect(states).toEqual(['Fetching', 'Resting', 'Read']);
    expect(stuck).toEqual(['lost error']);
    expect(resting).toEqual(['lost']);
    expect(cancelled).toBe('cancelled');
  });

  it('saves what it remembers without another load, since taking the lease leaves the tag as it is', async () => {
    const { one, other } = await twoPrograms();
    const runner = createRunner(counting, { ...one, publisher: memoryPublisher(), warm: 10 });
    const count = (id: string) => runner.handle([{ ...EVENT, id }]);
    await count('a');
    await (await other.lock.acquire('p', AT_ONCE)).release();
    const from = azure.wire.calls.length;
    expect(await count('b')).toMatchObject([{ status: 'applied' }]);
    const told = azure.wire.calls.slice(from).map(({ action }) => action);
    expect(told).toEqual(['LeaseBlob', 'GetProperties', 'SetMetadata', 'PutBlob', 'LeaseBlob']);
  });

  it('fails an event at once, to be delivered again, when its lease was lost before the save', async () => {
    const { client, one, other } = await twoPrograms();
    const lost: ProcessStore = {
      ...one.store,
      async load(id) {
        const stored = await one.store.load(id);
        await azure.advance(30_000);
        await other.lock.acquire(id, AT_ONCE);
        return stored;
      },
    };
    const publisher = memoryPublisher();
    const from = azure.wire.calls.length;
    const runner = createRunner(counting, { ...one, store: lost, publisher });
    expect(await runner.handle([EVENT])).toMatchObject([
      { status: 'failed', error: { code: 'XORCA_LOCK_LOST', retryable: true } },
    ]);
    // The first is the blob that was not there to be leased.
    expect(refusals(from)).toEqual(['LeaseBlob 404', 'GetProperties 404', 'PutBlob 412', 'LeaseBlob 409']);
    expect(await blobStore({ client }).load('p')).toBeUndefined();
  });
});

it('a store takes only a lock that leases the blobs which it writes', async () => {
  const client = await azure.container();
  const wrong = [
    [memoryLock(), /must be made by blobLeaseLock/],
    [null, /must be made by blobLeaseLock/],
    [blobLeaseLock({ client, prefix: 'a/' }), /leases blobs in "xorca-\d+\/a\/".*writes to "xorca-\d+\/"/],
    [blobLeaseLock({ client: await azure.container() }), /same container and prefix/],
  ] as const;
  for (const [lock, message] of wrong) {
    const make = () => blobStore({ client, lock: lock as BlobLeaseLock });
    expect(make).toThrow(expect.objectContaining({ code: 'XORCA_CONFIG' }));
    expect(make).toThrow(message);
  }
  blobStore({ client, prefix: 'a/', lock: blobLeaseLock({ client, prefix: 'a/' }) });
});
