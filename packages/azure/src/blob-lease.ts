import type { BlobLeaseClient } from '@azure/storage-blob';
import { type BlobContainer, type CallLimits, isLeaseFault, isNoBlob, isRefused } from './blob-container.ts';
import { PLACE_METADATA } from './blob-place.ts';

/** A lease on one blob. Each call says whether it is held, or was until now. */
export interface BlobLease {
  /** Takes it, and makes the blob where there is none. Taken again under the same id, as after a lost answer, it begins anew. */
  acquire(seconds: number): Promise<boolean>;
  renew(): Promise<boolean>;
  release(): Promise<boolean>;
}

/** The lease with this id on a blob. */
export function blobLease(container: BlobContainer, name: string, leaseId: string): BlobLease {
  // Undefined: there is no blob.
  async function ask(
    work: (lease: BlobLeaseClient, limits: CallLimits) => Promise<unknown>,
  ): Promise<boolean | undefined> {
    try {
      await container.call('LeaseBlob', (client, limits) =>
        work(client.getBlockBlobClient(name).getBlobLeaseClient(leaseId), limits),
      );
      return true;
    } catch (error) {
      if (isNoBlob(error)) return undefined;
      if (isLeaseFault(error)) return false;
      throw container.failed(error, 'LeaseBlob');
    }
  }

  async function makePlace(): Promise<void> {
    try {
      await container.call('PutBlob', (client, limits) =>
        client
          .getBlockBlobClient(name)
          .upload('', 0, { metadata: { ...PLACE_METADATA }, conditions: { ifNoneMatch: '*' }, ...limits }),
      );
    } catch (error) {
      // Somebody else made it just now.
      if (!isRefused(error) && !isLeaseFault(error)) throw container.failed(error, 'PutBlob');
    }
  }

  return {
    async acquire(seconds) {
      const take = () => ask((lease, limits) => lease.acquireLease(seconds, limits));
      const taken = await take();
      if (taken !== undefined) return taken;
      await makePlace();
      return (await take()) ?? false;
    },
    renew: async () => (await ask((lease, limits) => lease.renewLease(limits))) ?? false,
    release: async () => (await ask((lease, limits) => lease.releaseLease(limits))) ?? false,
  };
}
