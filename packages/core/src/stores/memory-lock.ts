import { assertOptions } from '../options.ts';
import type { Clock, Lease, ProcessLock } from '../ports.ts';
import { assertProcessId } from '../process-id.ts';
import { systemTimers, type Timers } from '../timers.ts';
import { assertLockOptions, lockLost, lockTimeout } from './lock-errors.ts';

/** Options of `memoryLock`. */
export interface MemoryLockOptions {
  /** Default: the system's clock. */
  readonly clock?: Clock;
  /** What waiting uses. Default: the system's timers. Must go by the same time as `clock`. */
  readonly timers?: Timers;
}

// Timers take at most 2^31 ms and fire at once beyond; whoever wakes early looks and waits on.
const LONGEST_WAIT_MS = 3_600_000;

interface Holder {
  readonly fence: number;
  expiresAt: number;
}

/**
 * A lock among the callers within this program; the longest waiting gets it next.
 * Errors: `XORCA_LOCK_TIMEOUT` and `XORCA_LOCK_LOST`.
 *
 * @example
 * const lease = await memoryLock().acquire('order-1', { ttlMs: 30_000, timeoutMs: 5_000 })
 */
export function memoryLock(options: MemoryLockOptions = {}): ProcessLock {
  assertOptions(options, ['clock', 'timers'], 'memoryLock');
  const { clock = Date, timers = systemTimers } = options;
  const holders = new Map<string, Holder>();
  const waiting = new Map<string, Set<() => void>>();
  // One counter for all ids: fences grow also over a release, and a released id leaves nothing behind.
  let fences = 0;

  function lease(id: string, holder: Holder, ttlMs: number): Lease {
    return {
      fence: holder.fence,
      async renew() {
        if (holders.get(id) !== holder) throw lockLost(id);
        holder.expiresAt = clock.now() + ttlMs;
      },
      async release() {
        if (holders.get(id) !== holder) return;
        holders.delete(id);
        // Only the first: all others would find the lock taken again.
        for (const wake of waiting.get(id) ?? []) return wake();
      },
    };
  }

  function change(id: string, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const line = waiting.get(id) ?? new Set();
      waiting.set(id, line);
      const wake = () => {
        timers.clearTimeout(timer);
        line.delete(wake);
        if (line.size === 0) waiting.delete(id);
        resolve();
      };
      const timer = timers.setTimeout(wake, ms);
      line.add(wake);
    });
  }

  return {
    async acquire(id, { ttlMs, timeoutMs }) {
      assertProcessId(id);
      assertLockOptions({ ttlMs, timeoutMs });
      const deadline = clock.now() + timeoutMs;
      for (;;) {
        const now = clock.now();
        const current = holders.get(id);
        if (!current || current.expiresAt <= now) {
          const holder = { fence: ++fences, expiresAt: now + ttlMs };
          holders.set(id, holder);
          return lease(id, holder, ttlMs);
        }
        if (now >= deadline) throw lockTimeout(id, timeoutMs);
        await change(id, Math.min(current.expiresAt - now, deadline - now, LONGEST_WAIT_MS));
      }
    },
  };
}
