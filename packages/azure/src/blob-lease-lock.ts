import { type Clock, type Lease, type ProcessLock, XorcaError } from '@xorca/core';
import {
  assertLockOptions,
  assertOptions,
  encodeProcessId,
  fullJitter,
  lockLost,
  lockTimeout,
  systemTimers,
  type Timers,
} from '@xorca/core/backend';
import { CONNECTION_OPTIONS } from './azure-client.ts';
import { type BlobPlace, blobContainer } from './blob-container.ts';
import { drawFence } from './blob-fence.ts';
import { blobLease } from './blob-lease.ts';
import { RECORDS } from './blob-lease-errors.ts';
import type { BlobLeases } from './blob-leases.ts';

/** Options of `blobLeaseLock`. */
export interface BlobLeaseLockOptions extends BlobPlace {
  /** What waiting goes by; leases go by Azure's own time. Default: the system's clock. */
  readonly clock?: Clock;
  /** What waiting uses. Default: the system's timers. */
  readonly timers?: Timers;
  /** 0 to 1, for the jitter. Default `Math.random`. */
  readonly random?: () => number;
}

/** A lock made of leases on blobs. */
export interface BlobLeaseLock extends ProcessLock {
  /** For `blobStore`, whose saves name the lease. */
  readonly leases: BlobLeases;
}

const OPTIONS: readonly (keyof BlobLeaseLockOptions)[] = [
  ...CONNECTION_OPTIONS,
  'container',
  'prefix',
  'clock',
  'timers',
  'random',
];

// https://learn.microsoft.com/rest/api/storageservices/lease-blob
const SHORTEST_MS = 15_000;
const LONGEST_MS = 60_000;
// The first wait is about as long as a holder keeps a process (a load, a save); each try is a request that is paid for, so a waiting crowd
// must thin out. A release is noticed within 250 ms on average.
const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 500;

/**
 * A lock among all programs that share a container: a lease of 15 to 60 s on `<prefix>process/<id>`, the blob that `blobStore` writes; where
 * there is none, an empty one is made. Given to `blobStore` as well, it fences: Azure refuses the save of who has lost the lease.
 * An expired lease is anybody's at once. Who waits tries again with full jitter. Another `ttlMs` is refused, since a lease that ends sooner or
 * later than its holder counts on serves nobody; the runner asks for 30 s.
 * Errors: `XORCA_LOCK_TIMEOUT`, `XORCA_LOCK_LOST`, `XORCA_INVALID_ID`, `XORCA_UNAVAILABLE` (retryable), `XORCA_CONFIG`.
 *
 * @example
 * const lock = blobLeaseLock({ connection: process.env.STORAGE, container: 'processes' })
 */
export function blobLeaseLock(options: BlobLeaseLockOptions): BlobLeaseLock {
  assertOptions(options, OPTIONS, 'blobLeaseLock');
  const { clock = Date, timers = systemTimers, random = Math.random } = options;
  const container = blobContainer(options, 'blobLeaseLock');
  const held = new Map<string, string>();

  async function tryTake(id: string, leaseId: string, ttlMs: number): Promise<Lease | undefined> {
    const key = RECORDS + encodeProcessId(id);
    const blob = blobLease(container, container.nameOf(key), leaseId);
    const takenAt = clock.now();
    // A lease lasts for whole seconds. The holder counts on less, which is safe.
    if (!(await blob.acquire(Math.ceil(ttlMs / 1_000)))) return undefined;
    let fence: number;
    try {
      fence = await drawFence(container, `fence/${encodeProcessId(id)}`, clock);
    } catch (error) {
      // It would stand in everybody's way until it ends.
      await blob.release().catch(() => undefined);
      throw error;
    }
    // Drawn when the lease may be over, it may be higher than that of who came next.
    if (clock.now() - takenAt >= ttlMs) return undefined;
    held.set(key, leaseId);
    return {
      fence,
      async renew() {
        if (!(await blob.renew())) throw lockLost(id);
      },
      async release() {
        if (held.get(key) === leaseId) held.delete(key);
        await blob.release();
      },
    };
  }

  return {
    leases: { place: container.place, on: (key) => held.get(key) },
    async acquire(id, { ttlMs, timeoutMs }) {
      encodeProcessId(id);
      assertLockOptions({ ttlMs, timeoutMs });
      assertTtl(ttlMs);
      const leaseId = crypto.randomUUID();
      const deadline = clock.now() + timeoutMs;
      for (let tries = 0; ; tries++) {
        const lease = await tryTake(id, leaseId, ttlMs);
        if (lease) return lease;
        const left = deadline - clock.now();
        if (left <= 0) throw lockTimeout(id, timeoutMs);
        const wait = Math.min(left, fullJitter(tries, FIRST_WAIT_MS, LONGEST_WAIT_MS, random));
        await new Promise<void>((resolve) => timers.setTimeout(resolve, wait));
      }
    },
  };
}

function assertTtl(ttlMs: number): void {
  if (ttlMs >= SHORTEST_MS && ttlMs <= LONGEST_MS) return;
  throw new XorcaError(
    'XORCA_CONFIG',
    `ttlMs of a blobLeaseLock must be ${SHORTEST_MS} to ${LONGEST_MS}, which is how long Azure leases a blob, not ${ttlMs}. A holder that works longer renews it.`,
  );
}
