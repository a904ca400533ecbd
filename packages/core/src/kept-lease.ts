import { isXorcaError } from './errors.ts';
import type { Lease } from './ports.ts';
import { lockLost } from './stores/lock-errors.ts';
import { systemTimers, type Timers } from './timers.ts';

/** A lease that is renewed for as long as the work under it takes. */
export interface KeptLease {
  /**
   * Call it right before a write: throws `XORCA_LOCK_LOST` when the lock is somebody else's by now. Where little of the lease is left,
   * as after a program stood still, it is renewed first; what a renewal throws is thrown.
   */
  assertHeld(): Promise<void>;
  /** Ends the renewing and gives the lock back. */
  release(): Promise<void>;
}

/** How long a lease lasts, and what time it goes by. */
export interface KeepOptions {
  readonly ttlMs: number;
  readonly now: () => number;
  readonly timers?: Timers;
}

/** Renews a lease after each third of its time: so two renewals in a row may fail, and it is still held. */
export function keepLease(
  id: string,
  lease: Lease,
  { ttlMs, now, timers = systemTimers }: KeepOptions,
): KeptLease {
  const third = ttlMs / 3;
  let until = now() + ttlMs;
  let ends = false;
  let lost: unknown;
  let timer = timers.setTimeout(tick, third);

  async function renew(): Promise<void> {
    // Counted from before the call: when it is answered, the lease may have lasted for a while.
    const asked = now();
    try {
      await lease.renew();
      until = asked + ttlMs;
    } catch (error) {
      if (isXorcaError(error, 'XORCA_LOCK_LOST')) lost = error;
      throw error;
    }
  }

  function tick(): void {
    void renew()
      // It is tried again after the next third; `assertHeld` has the last word.
      .catch(() => undefined)
      .then(() => {
        if (!ends && lost === undefined) timer = timers.setTimeout(tick, third);
      });
  }

  return {
    async assertHeld() {
      if (lost === undefined && now() >= until - third) await renew();
      if (lost !== undefined) throw lockLost(id);
    },
    async release() {
      ends = true;
      timers.clearTimeout(timer);
      await lease.release();
    },
  };
}
