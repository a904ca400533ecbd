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
import { type SqliteDatabase, sqliteDatabase } from './sqlite-database.ts';

/** Options of `localLock`: a file's path, or a database that is open already. */
export type LocalLockOptions = ({ readonly path: string } | { readonly database: SqliteDatabase }) & {
  /** Default: the system's clock. All holders must go by the same one. */
  readonly clock?: Clock;
  /** What waiting uses. Default: the system's timers. */
  readonly timers?: Timers;
  /** 0 to 1, for the jitter. Default `Math.random`. */
  readonly random?: () => number;
};

/** A lock with a file to close. */
export interface LocalLock extends ProcessLock {
  /** Closes the file if `localLock` opened it. */
  close(): void;
}

// A try costs a write, so a waiting crowd must thin out; a release is noticed within 125 ms on average.
const FIRST_WAIT_MS = 5;
const LONGEST_WAIT_MS = 250;

/**
 * A lock among all processes of one machine: a lease is a row in a SQLite file. Who waits tries again with full jitter.
 * Errors: `XORCA_LOCK_TIMEOUT`, `XORCA_LOCK_LOST`, `XORCA_UNAVAILABLE` (retryable).
 *
 * @example
 * const lease = await localLock({ path: 'data/xorca.db' }).acquire('order-1', { ttlMs: 30_000, timeoutMs: 5_000 })
 */
export function localLock(options: LocalLockOptions): LocalLock {
  assertOptions(options, ['path', 'database', 'clock', 'timers', 'random'], 'localLock');
  const { clock = Date, timers = systemTimers, random = Math.random } = options;
  const database = 'database' in options ? options.database : sqliteDatabase({ path: options.path });
  const expire = database.prepare('DELETE FROM xorca_lease WHERE key = ? AND expires_at <= ?');
  // The row's number is the fence: AUTOINCREMENT never gives one twice, so it also tells the holder from all others.
  const take = database.prepare(
    'INSERT INTO xorca_lease (key, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING',
  );
  const extend = database.prepare('UPDATE xorca_lease SET expires_at = ? WHERE fence = ?');
  const free = database.prepare('DELETE FROM xorca_lease WHERE fence = ?');

  function tryTake(key: string, ttlMs: number): Promise<number | undefined> {
    return database.commit(
      () => {
        const now = clock.now();
        expire.run(key, now);
        const { changes, lastInsertRowid } = take.run(key, now + ttlMs);
        return changes === 0 ? undefined : Number(lastInsertRowid);
      },
      { savepoint: true },
    );
  }

  function lease(id: string, fence: number, ttlMs: number): Lease {
    return {
      fence,
      async renew() {
        const { changes } = await database.commit(() => extend.run(clock.now() + ttlMs, fence));
        if (changes === 0) throw lockLost(id);
      },
      async release() {
        await database.commit(() => free.run(fence));
      },
    };
  }

  return {
    async acquire(id, { ttlMs, timeoutMs }) {
      const key = encodeProcessId(id);
      assertLockOptions({ ttlMs, timeoutMs });
      const deadline = clock.now() + timeoutMs;
      for (let tries = 0; ; tries++) {
        const fence = await tryTake(key, ttlMs);
        if (fence !== undefined) return lease(id, fence, ttlMs);
        const left = deadline - clock.now();
        if (left <= 0) throw lockTimeout(id, timeoutMs);
        const wait = Math.min(left, fullJitter(tries, FIRST_WAIT_MS, LONGEST_WAIT_MS, random));
        await new Promise<void>((resolve) => timers.setTimeout(resolve, wait));
      }
    },
    close() {
      if (!('database' in options)) database.close();
    },
  };
}
