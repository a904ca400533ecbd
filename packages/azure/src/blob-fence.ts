import type { Clock } from '@xorca/core';
import { type BlobContainer, isNoBlob, isRefused } from './blob-container.ts';

// Each holder adds one; two that meet here are the holder and one who lost the lease just now.
const TRIES = 10;

/**
 * Counts the leases of a process, since those of Azure have no number. In the metadata of a blob of its own, so that taking the lock leaves
 * the tag of the record as it is: a runner that remembers a record can save it without another load.
 */
export async function drawFence(container: BlobContainer, key: string, clock: Clock): Promise<number> {
  const name = container.nameOf(key);
  for (let tries = 0; ; tries++) {
    const last = await lastFence(container, name, clock);
    try {
      if (!last) return await firstFence(container, name, clock);
      const fence = last.fence + 1;
      await container.call('SetBlobMetadata', (client, limits) =>
        client
          .getBlockBlobClient(name)
          .setMetadata({ fence: String(fence) }, { conditions: { ifMatch: last.tag }, ...limits }),
      );
      return fence;
    } catch (error) {
      if (tries < TRIES && (isRefused(error) || isNoBlob(error))) continue;
      throw container.failed(error, 'SetBlobMetadata');
    }
  }
}

async function lastFence(
  container: BlobContainer,
  name: string,
  clock: Clock,
): Promise<{ readonly fence: number; readonly tag: string } | undefined> {
  try {
    const { metadata, etag = '' } = await container.call('GetBlobProperties', (client, limits) =>
      client.getBlockBlobClient(name).getProperties(limits),
    );
    const fence = Number(metadata?.['fence']);
    // One that somebody emptied counts on from the clock, as a new one does.
    return { fence: Number.isSafeInteger(fence) ? fence : clock.now(), tag: etag };
  } catch (error) {
    if (isNoBlob(error)) return undefined;
    throw container.failed(error, 'GetBlobProperties');
  }
}

// It counts on from the clock. A lease takes more than a millisecond, so one that counts on from an earlier moment stays below it, and a
// blob that was deleted leaves no higher fence behind.
async function firstFence(container: BlobContainer, name: string, clock: Clock): Promise<number> {
  const fence = clock.now();
  await container.call('PutBlob', (client, limits) =>
    client.getBlockBlobClient(name).upload('', 0, {
      metadata: { fence: String(fence) },
      conditions: { ifNoneMatch: '*' },
      ...limits,
    }),
  );
  return fence;
}
