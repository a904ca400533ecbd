import type { Clock, Lease, ProcessLock } from '@xorca/core';
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
import type { PostgresConnection, PostgresPlace } from './client.ts';
import { connect } from './connection.ts';
import { type Names, namesOf } from './names.ts';

/** Options of `postgresLock`: the database, where its tables are, and what it measures time with. */
export type PostgresLockOptions = PostgresConnection &
  PostgresPlace & {
    /** What leases and waits go by. Default: the server's clock for leases, which is one for all holders, and the system's for waits. */
    readonly clock?: Clock;
    /** What waiting uses. Default: the system's timers. */
    readonly timers?: Timers;
    /** 0 to 1, for the jitter. Default `Math.random`. */
    readonly random?: () => number;
  };

/** A lock with a pool to close. */
export interface PostgresLock extends ProcessLock {
  /** Closes the pool if `postgresLock` made it. */
  close(): Promise<void>;
}

// The first wait is about as long as a holder keeps a process (a load, a save); each try is a call to the server, so a waiting crowd
// must thin out. A release is noticed within 250 ms on average.
const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 500;

/**
 * A lock among all programs that share a database: a lease is a row. Not one of Postgres's own locks, which end with their
 * connection: a pool hands connections around, and a vanished client may keep one for hours. Who waits tries again with full jitter.
 * Errors: `XORCA_LOCK_TIMEOUT`, `XORCA_LOCK_LOST`, `XORCA_INVALID_ID`, `XORCA_UNAVAILABLE` (retryable), `XORCA_CONFIG`.
 *
 * @example
 * const lease = await postgresLock({ client: pool }).acquire('order-1', { ttlMs: 30_000, timeoutMs: 5_000 })
 */
export function postgresLock(options: PostgresLockOptions): PostgresLock {
  const known = ['client', 'url', 'schema', 'prefix', 'clock', 'timers', 'random'];
  assertOptions(options, known, 'postgresLock');
  const { clock, timers = systemTimers, random = Math.random } = options;
  const sql = statements(namesOf(options, 'postgresLock'));
  const { ask, close } = connect(options, 'postgresLock');
  const now = () => (clock ?? Date).now();
  // Null: the server's.
  const time = () => clock?.now() ?? null;

  async function tryTake(key: string, owner: string, ttlMs: number): Promise<number | undefined> {
    const taken = await ask(sql.take, [key, owner, time(), ttlMs]);
    if (taken.length === 0) return undefined;
    const [row] = await ask<{ fence: unknown }>(sql.number, [key, owner]);
    return row && Number(row.fence);
  }

  function lease(id: string, key: string, owner: string, fence: number, ttlMs: number): Lease {
    return {
      fence,
      async renew() {
        const renewed = await ask(sql.extend, [key, owner, time(), ttlMs]);
        if (renewed.length === 0) throw lockLost(id);
      },
      async release() {
        await ask(sql.free, [key, owner]);
      },
    };
  }

  return {
    async acquire(id, { ttlMs, timeoutMs }) {
      const key = encodeProcessId(id);
      assertLockOptions({ ttlMs, timeoutMs });
      const owner = crypto.randomUUID();
      const deadline = now() + timeoutMs;
      for (let tries = 0; ; tries++) {
        const fence = await tryTake(key, owner, ttlMs);
        if (fence !== undefined) return lease(id, key, owner, fence, ttlMs);
        const left = deadline - now();
        if (left <= 0) throw lockTimeout(id, timeoutMs);
        const wait = Math.min(left, fullJitter(tries, FIRST_WAIT_MS, LONGEST_WAIT_MS, random));
        await new Promise<void>((resolve) => timers.setTimeout(resolve, wait));
      }
    },
    close,
  };
}

function statements({ lease }: Names) {
  // The moment at which the row is held, not the one at which the statement began to wait for it.
  const time = 'coalesce($3::double precision, extract(epoch FROM clock_timestamp()) * 1000)';
  const until = `${time} + $4::double precision`;
  return {
    take: `INSERT INTO ${lease} AS held (key, owner, expires_at) VALUES ($1, $2, ${until})
      ON CONFLICT (key) DO UPDATE SET owner = excluded.owner, expires_at = ${until}
      WHERE held.expires_at <= ${time} RETURNING 1 AS taken`,
    // The fence is drawn once the lease is held. Drawn by the statement that takes it, it would be older than the wait for the row,
    // and a lease that came and went meanwhile would have a higher one.
    number: `UPDATE ${lease} SET fence = DEFAULT WHERE key = $1 AND owner = $2 RETURNING fence`,
    extend: `UPDATE ${lease} SET expires_at = ${until} WHERE key = $1 AND owner = $2 RETURNING 1 AS renewed`,
    free: `DELETE FROM ${lease} WHERE key = $1 AND owner = $2`,
  };
}
