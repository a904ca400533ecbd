import type { Lease } from '@xorca/core';
import { isXorcaError } from '@xorca/core';
import { check, refused, same, turn, unavailable } from './assert.ts';
import { hostileIds, invalidIds, showId } from './hostile-ids.ts';
import { drive, type LockCase } from './lock-case.ts';
import { cases, unshown } from './unshown.ts';

export type { LockCase, LockUnderTest } from './lock-case.ts';

const PATIENT = { ttlMs: 600_000, timeoutMs: 600_000 };
const AT_ONCE = { ttlMs: 600_000, timeoutMs: 0 };

/**
 * What every `ProcessLock` must do, as cases for any test runner. Error codes are asserted, never messages.
 *
 * @example
 * for (const { name, run } of lockContract) it(name, () => run(() => lockWithVirtualClock()))
 */
export const lockContract: readonly LockCase[] = cases([
  {
    name: '16 contenders hold the lock one after the other, never two at once',
    async run(makeLock) {
      const test = await makeLock();
      let inside = 0;
      let turns = 0;
      const contend = async () => {
        const lease = await test.lock.acquire('p', PATIENT);
        inside++;
        check(inside === 1, 'two contenders held the lock at once');
        await turn();
        turns++;
        inside--;
        await lease.release();
      };
      const { error } = await drive(test, Promise.all(Array.from({ length: 16 }, contend)), 20);
      if (error) throw error;
      same(turns, 16, 'contenders that had their turn');
    },
  },
  {
    name: 'who waits in vain gets XORCA_LOCK_TIMEOUT when its time is over, not sooner',
    async run(makeLock) {
      const test = await makeLock();
      await test.lock.acquire('p', PATIENT);
      await refused('XORCA_LOCK_TIMEOUT', 'acquire without patience', () => test.lock.acquire('p', AT_ONCE));
      const wait = test.lock.acquire('p', { ttlMs: 1_000, timeoutMs: 500 });
      const { error, passedMs } = await drive(test, wait, 50);
      check(isXorcaError(error, 'XORCA_LOCK_TIMEOUT'), 'a held lock was given away');
      check(passedMs >= 500, `the wait ended after ${passedMs} of 500 ms`);
      check(passedMs <= 5_000, `the wait of 500 ms took ${passedMs} ms`);
    },
  },
  {
    name: 'a released lock is free at once, and to release it again does nothing',
    async run(makeLock) {
      const { lock } = await makeLock();
      const first = await lock.acquire('p', AT_ONCE);
      await first.release();
      const second = await lock.acquire('p', AT_ONCE);
      await first.release();
      await refused('XORCA_LOCK_TIMEOUT', 'acquire while held', () => lock.acquire('p', AT_ONCE));
      await second.release();
      await lock.acquire('p', AT_ONCE);
    },
  },
  {
    name: 'an expired lease is taken at once by another, and its former holder can release nothing',
    async run(makeLock) {
      const { lock, advance } = await makeLock();
      const former = await lock.acquire('p', { ttlMs: 300, timeoutMs: 0 });
      await advance(300);
      const holder = await lock.acquire('p', AT_ONCE);
      await former.release();
      await refused('XORCA_LOCK_TIMEOUT', 'acquire after a foreign release', () =>
        lock.acquire('p', AT_ONCE),
      );
      await holder.renew();
    },
  },
  {
    name: 'who waits gets the lock when the lease of a vanished holder ends',
    async run(makeLock) {
      const test = await makeLock();
      await test.lock.acquire('p', { ttlMs: 400, timeoutMs: 0 });
      const { error, passedMs } = await drive(test, test.lock.acquire('p', PATIENT), 50);
      if (error) throw error;
      check(passedMs >= 400, `the lock was given away after ${passedMs} of 400 ms`);
      check(passedMs <= 5_000, `a lease of 400 ms was waited for ${passedMs} ms`);
    },
  },
  {
    name: 'renew after somebody else took the lock, or after release, gives XORCA_LOCK_LOST',
    async run(makeLock) {
      const { lock, advance } = await makeLock();
      const former = await lock.acquire('p', { ttlMs: 300, timeoutMs: 0 });
      await advance(300);
      const holder = await lock.acquire('p', AT_ONCE);
      await refused('XORCA_LOCK_LOST', 'renew by the former holder', () => former.renew());
      await holder.renew();
      await holder.release();
      await refused('XORCA_LOCK_LOST', 'renew after release', () => holder.renew());
      await refused('XORCA_LOCK_LOST', 'renew by the former holder', () => former.renew());
      await lock.acquire('p', AT_ONCE);
    },
  },
  {
    name: 'renew keeps the lock for another ttl',
    async run(makeLock) {
      const { lock, advance } = await makeLock();
      const lease = await lock.acquire('p', { ttlMs: 500, timeoutMs: 0 });
      for (let n = 0; n < 3; n++) {
        await advance(300);
        await lease.renew();
      }
      await refused('XORCA_LOCK_TIMEOUT', 'acquire while it is renewed', () => lock.acquire('p', AT_ONCE));
      await advance(500);
      await lock.acquire('p', AT_ONCE);
    },
  },
  {
    name: 'fences grow with every lease of an id, over releases and over expiries',
    async run(makeLock) {
      const { lock, advance } = await makeLock();
      let last = Number.NEGATIVE_INFINITY;
      for (let n = 0; n < 6; n++) {
        const lease = await lock.acquire('p', { ttlMs: 200, timeoutMs: 0 });
        check(lease.fence > last, `fence ${lease.fence} came after fence ${last}`);
        last = lease.fence;
        if (n % 2) await lease.release();
        else await advance(200);
      }
    },
  },
  {
    name: 'locks of different ids, hostile ones too, know nothing of one another',
    async run(makeLock) {
      const { lock } = await makeLock();
      const leases = new Map<string, Lease>();
      for (const id of hostileIds) leases.set(id, await lock.acquire(id, AT_ONCE));
      for (const [id, lease] of leases) {
        await refused('XORCA_LOCK_TIMEOUT', `second acquire of ${showId(id)}`, () =>
          lock.acquire(id, AT_ONCE),
        );
        await lease.release();
        await lock.acquire(id, AT_ONCE);
      }
    },
  },
  {
    name: 'empty, ill-formed and endless ids are refused',
    async run(makeLock) {
      const { lock } = await makeLock();
      for (const id of invalidIds) {
        await refused('XORCA_INVALID_ID', `acquire of ${showId(id)}`, () => lock.acquire(id, AT_ONCE));
      }
    },
  },
  {
    name: 'where the maker can take the service away, calls fail with XORCA_UNAVAILABLE to be tried again, and who holds a lock keeps it',
    async run(makeLock) {
      const { lock, outage } = await makeLock();
      if (!outage) unshown('outage');
      const lease = await lock.acquire('p', PATIENT);
      await outage(async () => {
        await unavailable('acquire in an outage', () => lock.acquire('q', AT_ONCE));
        await unavailable('renew in an outage', () => lease.renew());
      });
      await lease.renew();
      await refused('XORCA_LOCK_TIMEOUT', 'acquire after the outage', () => lock.acquire('p', AT_ONCE));
      await (await lock.acquire('q', AT_ONCE)).release();
      await lease.release();
      await lock.acquire('p', AT_ONCE);
    },
  },
]);
