import type { Lease } from '@xorca/core';
import { isXorcaError } from '@xorca/core';
import { check, refused, same, turn, unavailable } from './assert.ts';
import { hostileIds, invalidIds, showId } from './hostile-ids.ts';
import { drive, type LockCase, type LockUnderTest, timesOf } from './lock-case.ts';
import { cases, unshown } from './unshown.ts';

export type { LockCase, LockUnderTest } from './lock-case.ts';

// Longer than any case takes.
const PATIENCE_MS = 600_000;

/** The leases that a case asks the lock for. */
function leasesOf(test: LockUnderTest) {
  const { ms, longest } = timesOf(test);
  return {
    ms,
    patient: { ttlMs: longest, timeoutMs: PATIENCE_MS },
    atOnce: { ttlMs: longest, timeoutMs: 0 },
    brief: (ttlMs: number) => ({ ttlMs: ms(ttlMs), timeoutMs: 0 }),
  };
}

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
      const { patient } = leasesOf(test);
      let inside = 0;
      let turns = 0;
      const contend = async () => {
        const lease = await test.lock.acquire('p', patient);
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
      const { patient, atOnce } = leasesOf(test);
      await test.lock.acquire('p', patient);
      await refused('XORCA_LOCK_TIMEOUT', 'acquire without patience', () => test.lock.acquire('p', atOnce));
      const wait = test.lock.acquire('p', { ...atOnce, timeoutMs: 500 });
      const { error, passedMs } = await drive(test, wait, 50);
      check(isXorcaError(error, 'XORCA_LOCK_TIMEOUT'), 'a held lock was given away');
      check(passedMs >= 500, `the wait ended after ${passedMs} of 500 ms`);
      check(passedMs <= 5_000, `the wait of 500 ms took ${passedMs} ms`);
    },
  },
  {
    name: 'a released lock is free at once, and to release it again does nothing',
    async run(makeLock) {
      const test = await makeLock();
      const { lock } = test;
      const { atOnce } = leasesOf(test);
      const first = await lock.acquire('p', atOnce);
      await first.release();
      const second = await lock.acquire('p', atOnce);
      await first.release();
      await refused('XORCA_LOCK_TIMEOUT', 'acquire while held', () => lock.acquire('p', atOnce));
      await second.release();
      await lock.acquire('p', atOnce);
    },
  },
  {
    name: 'an expired lease is taken at once by another, and its former holder can release nothing',
    async run(makeLock) {
      const test = await makeLock();
      const { lock, advance } = test;
      const { atOnce, brief, ms } = leasesOf(test);
      const former = await lock.acquire('p', brief(300));
      await advance(ms(300));
      const holder = await lock.acquire('p', atOnce);
      await former.release();
      await refused('XORCA_LOCK_TIMEOUT', 'acquire after a foreign release', () => lock.acquire('p', atOnce));
      await holder.renew();
    },
  },
  {
    name: 'who waits gets the lock when the lease of a vanished holder ends',
    async run(makeLock) {
      const test = await makeLock();
      const { patient, brief, ms } = leasesOf(test);
      await test.lock.acquire('p', brief(400));
      const wait = test.lock.acquire('p', patient);
      const { error, passedMs } = await drive(test, wait, ms(50), ms(32_000));
      if (error) throw error;
      check(passedMs >= ms(400), `the lock was given away after ${passedMs} of ${ms(400)} ms`);
      check(passedMs <= ms(5_000), `a lease of ${ms(400)} ms was waited for ${passedMs} ms`);
    },
  },
  {
    name: 'renew after somebody else took the lock, or after release, gives XORCA_LOCK_LOST',
    async run(makeLock) {
      const test = await makeLock();
      const { lock, advance } = test;
      const { atOnce, brief, ms } = leasesOf(test);
      const former = await lock.acquire('p', brief(300));
      await advance(ms(300));
      const holder = await lock.acquire('p', atOnce);
      await refused('XORCA_LOCK_LOST', 'renew by the former holder', () => former.renew());
      await holder.renew();
      await holder.release();
      await refused('XORCA_LOCK_LOST', 'renew after release', () => holder.renew());
      await refused('XORCA_LOCK_LOST', 'renew by the former holder', () => former.renew());
      await lock.acquire('p', atOnce);
    },
  },
  {
    name: 'renew keeps the lock for another ttl',
    async run(makeLock) {
      const test = await makeLock();
      const { lock, advance } = test;
      const { atOnce, brief, ms } = leasesOf(test);
      const lease = await lock.acquire('p', brief(500));
      for (let n = 0; n < 3; n++) {
        await advance(ms(300));
        await lease.renew();
      }
      await refused('XORCA_LOCK_TIMEOUT', 'acquire while it is renewed', () => lock.acquire('p', atOnce));
      await advance(ms(500));
      await lock.acquire('p', atOnce);
    },
  },
  {
    name: 'fences grow with every lease of an id, over releases and over expiries',
    async run(makeLock) {
      const test = await makeLock();
      const { lock, advance } = test;
      const { brief, ms } = leasesOf(test);
      let last = Number.NEGATIVE_INFINITY;
      for (let n = 0; n < 6; n++) {
        const lease = await lock.acquire('p', brief(200));
        check(lease.fence > last, `fence ${lease.fence} came after fence ${last}`);
        last = lease.fence;
        if (n % 2) await lease.release();
        else await advance(ms(200));
      }
    },
  },
  {
    name: 'locks of different ids, hostile ones too, know nothing of one another',
    async run(makeLock) {
      const test = await makeLock();
      const { lock } = test;
      const { atOnce } = leasesOf(test);
      const leases = new Map<string, Lease>();
      for (const id of hostileIds) leases.set(id, await lock.acquire(id, atOnce));
      for (const [id, lease] of leases) {
        await refused('XORCA_LOCK_TIMEOUT', `second acquire of ${showId(id)}`, () =>
          lock.acquire(id, atOnce),
        );
        await lease.release();
        await lock.acquire(id, atOnce);
      }
    },
  },
  {
    name: 'empty, ill-formed and endless ids are refused',
    async run(makeLock) {
      const test = await makeLock();
      const { lock } = test;
      const { atOnce } = leasesOf(test);
      for (const id of invalidIds) {
        await refused('XORCA_INVALID_ID', `acquire of ${showId(id)}`, () => lock.acquire(id, atOnce));
      }
    },
  },
  {
    name: 'where the maker can take the service away, calls fail with XORCA_UNAVAILABLE to be tried again, and who holds a lock keeps it',
    async run(makeLock) {
      const test = await makeLock();
      const { lock, outage } = test;
      const { patient, atOnce } = leasesOf(test);
      if (!outage) unshown('outage');
      const lease = await lock.acquire('p', patient);
      await outage(async () => {
        await unavailable('acquire in an outage', () => lock.acquire('q', atOnce));
        await unavailable('renew in an outage', () => lease.renew());
      });
      await lease.renew();
      await refused('XORCA_LOCK_TIMEOUT', 'acquire after the outage', () => lock.acquire('p', atOnce));
      await (await lock.acquire('q', atOnce)).release();
      await lease.release();
      await lock.acquire('p', atOnce);
    },
  },
]);
