import type { ProcessLock } from '@xorca/core';
import { lockLost, lockTimeout } from '@xorca/core/backend';
import { reach } from './unreliable-call.ts';
import { note, ownTurn, type Sandbox } from './world-state.ts';

/** Who holds which process. Shared by all functions of a world. */
export type Leases = Map<string, { readonly fence: number; expiresAt: number }>;

// Longer than a holder's way, so that waiting mostly succeeds.
const MOST_TURNS = 40;

/** A lock as a function sees it: it may be away, be lost early, and the function may die with it. */
export function unreliableLock(sandbox: Sandbox, leases: Leases): ProcessLock {
  const { world } = sandbox;
  let fence = 0;
  return {
    async acquire(id, { ttlMs, timeoutMs }) {
      await reach(sandbox, 'lock', id);
      for (let turn = 0; (leases.get(id)?.expiresAt ?? 0) > world.now; turn++) {
        if (turn >= MOST_TURNS || timeoutMs === 0) throw lockTimeout(id, timeoutMs);
        await ownTurn(sandbox);
      }
      const lease = { fence: ++fence, expiresAt: world.now + ttlMs };
      leases.set(id, lease);
      if (world.faults.strikes('lockExpiry')) {
        note(sandbox, 'loses its lock', id);
        lease.expiresAt = world.now;
      }
      return {
        fence: lease.fence,
        async renew() {
          await ownTurn(sandbox);
          if (leases.get(id) !== lease) throw lockLost(id);
          lease.expiresAt = world.now + ttlMs;
        },
        async release() {
          await reach(sandbox, 'lock', id);
          if (leases.get(id) === lease) leases.delete(id);
        },
      };
    },
  };
}
