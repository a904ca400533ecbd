import { deepStrictEqual } from 'node:assert';
import type { ContainerClient } from '@azure/storage-blob';
import { lockContract } from '@xorca/testing';
import { describe, expect, it } from 'vitest';
import { blobLeaseLock, blobStore } from '../src/index.ts';
import { testBlob } from './support/blob.ts';
import { lockUnderTest } from './support/blob-lock.ts';
import { record } from './support/record.ts';

const azure = testBlob();
const AT_ONCE = { ttlMs: 60_000, timeoutMs: 0 };

describe('blobLeaseLock', () => {
  for (const { name, show } of lockContract) {
    it(name, async () => {
      deepStrictEqual(await show(() => lockUnderTest(azure)), undefined);
    });
  }

  it('is taken once, and held, when the answer to taking it is lost and the SDK tries again', async () => {
    const client = await azure.container();
    const lock = blobLeaseLock({ client: azure.patient(client) });
    await (await lock.acquire('p', AT_ONCE)).release();
    const lease = await azure.wire.during('lostReply', () => lock.acquire('p', AT_ONCE), 1);
    await expect(blobLeaseLock({ client }).acquire('p', AT_ONCE)).rejects.toThrow('held by somebody');
    // So are renewing and giving back.
    await azure.wire.during('lostReply', () => lease.renew(), 1);
    await azure.wire.during('lostReply', () => lease.release(), 1);
    await blobLeaseLock({ client }).acquire('p', AT_ONCE);
  });

  it('keeps its fence when the record is deleted, and begins above it when what counts has vanished', async () => {
    const client = await azure.container();
    const lock = blobLeaseLock({ client });
    const store = blobStore({ client, lock });
    const fences: number[] = [];
    for (let n = 0; n < 4; n++) {
      const lease = await lock.acquire('p', AT_ONCE);
      fences.push(lease.fence);
      await store.save(record('p'), undefined);
      await store.delete?.('p');
      // The lease went with its blob.
      await expect(lease.renew()).rejects.toMatchObject({ code: 'XORCA_LOCK_LOST', processId: 'p' });
      await lease.release();
      if (n === 2) await client.getBlobClient('fence/p').delete();
    }
    const [first = 0, , third = 0, fourth = 0] = fences;
    expect(fences.slice(0, 3)).toEqual([first, first + 1, first + 2]);
    expect(fourth).toBeGreaterThan(third);
    // Somebody has taken its number away.
    await client.getBlobClient('fence/p').setMetadata({});
    const { fence, release } = await lock.acquire('p', AT_ONCE);
    expect(fence).toBeGreaterThan(fourth);
    await release();
  });

  it('is free again at once when its number cannot be drawn', async () => {
    const client = await azure.container();
    const failing = withFence(client, () => {
      throw new Error('no number');
    });
    const lock = blobLeaseLock({ client: failing });
    await expect(lock.acquire('p', AT_ONCE)).rejects.toThrow('no number');
    expect(lock.leases.on('process/p')).toBeUndefined();
    await blobLeaseLock({ client }).acquire('p', AT_ONCE);
  });

  it('is not given to somebody who drew the number so late that the lease was over', async () => {
    const client = await azure.container();
    const other = blobLeaseLock({ client });
    let passed = 0;
    let fence = 0;
    const slow = withFence(client, async () => {
      if (passed > 0) return;
      passed = 60_000;
      await azure.advance(60_000);
      ({ fence } = await other.acquire('p', AT_ONCE));
    });
    const lock = blobLeaseLock({ client: slow, clock: { now: () => Date.now() + passed } });
    await expect(lock.acquire('p', AT_ONCE)).rejects.toMatchObject({ code: 'XORCA_LOCK_TIMEOUT' });
    await azure.advance(60_000);
    expect((await lock.acquire('p', AT_ONCE)).fence).toBeGreaterThan(fence);
  });

  it("broken by hand, it is anybody's, and its holder is told", async () => {
    const client = await azure.container();
    const lock = blobLeaseLock({ client });
    const lease = await lock.acquire('p', AT_ONCE);
    await client.getBlobClient('process/p').getBlobLeaseClient().breakLease(0);
    await expect(lease.renew()).rejects.toMatchObject({ code: 'XORCA_LOCK_LOST' });
    await lock.acquire('p', AT_ONCE);
    await lease.release();
    await expect(lock.acquire('p', AT_ONCE)).rejects.toMatchObject({ code: 'XORCA_LOCK_TIMEOUT' });
    // While it breaks, it is still held.
    await client.getBlobClient('process/p').getBlobLeaseClient().breakLease(10);
    await expect(lock.acquire('p', AT_ONCE)).rejects.toMatchObject({ code: 'XORCA_LOCK_TIMEOUT' });
    await azure.advance(10_000);
    await lock.acquire('p', AT_ONCE);
  });

  it('16 that want one lock at once have it one after the other, with growing fences', async () => {
    const client = await azure.container();
    // Waits are cut short: what is shown is the order, not the patience.
    const timers = {
      setTimeout: (run: () => void, ms: number) => setTimeout(run, ms / 20),
      clearTimeout() {},
    };
    const fences: number[] = [];
    let inside = 0;
    const contend = async () => {
      const lock = blobLeaseLock({ client, timers });
      for (let turn = 0; turn < 3; turn++) {
        const lease = await lock.acquire('p', { ttlMs: 60_000, timeoutMs: 60_000 });
        expect(++inside).toBe(1);
        fences.push(lease.fence);
        await lease.renew();
        inside--;
        await lease.release();
      }
    };
    await Promise.all(Array.from({ length: 16 }, contend));
    expect(fences).toHaveLength(48);
    expect(fences).toEqual([...new Set(fences)].sort((a, b) => a - b));
  });

  it('refuses leases that Azure has not, says which container is missing, and takes no options that cannot be meant', async () => {
    const client = await azure.container();
    const lock = blobLeaseLock({ client });
    for (const ttlMs of [14_999, 60_001]) {
      await expect(lock.acquire('p', { ttlMs, timeoutMs: 0 })).rejects.toMatchObject({
        code: 'XORCA_CONFIG',
        message: expect.stringMatching(/must be 15000 to 60000.*not \d+/),
      });
    }
    await lock.acquire('p', { ttlMs: 15_001, timeoutMs: 0 });
    await client.delete();
    await expect(lock.acquire('q', AT_ONCE)).rejects.toMatchObject({
      code: 'XORCA_CONFIG',
      message: expect.stringMatching(/There is no container "xorca-\d+" \(LeaseBlob/),
    });
    expect(() => blobLeaseLock({ client, container: 'other' })).toThrow('has a client and a container');
    expect(() => blobLeaseLock({ client, prefx: 'x' } as never)).toThrow('Did you mean "prefix"?');
  });
});

/** A client that does something before the number of a lease is asked for. */
function withFence(client: ContainerClient, before: () => Promise<void>) {
  return {
    containerName: client.containerName,
    listBlobsFlat: () => client.listBlobsFlat(),
    getBlockBlobClient(name: string) {
      const blob = client.getBlockBlobClient(name);
      if (!name.startsWith('fence/')) return blob;
      const getProperties = blob.getProperties.bind(blob);
      blob.getProperties = async (options) => {
        await before();
        return getProperties(options);
      };
      return blob;
    },
  };
}
