import type { Lease, ProcessLock } from '@xorca/core';
import { memoryLock, XorcaError } from '@xorca/core';
import { expect, it } from 'vitest';
import { virtualTime } from '../../../core/test/support/virtual-time.ts';
import { type LockUnderTest, lockContract } from './lock-contract.ts';

type Break = (lock: ProcessLock, fresh: () => ProcessLock) => ProcessLock;

const changed =
  (change: (lease: Lease) => Partial<Lease>): Break =>
  (lock) => ({
    acquire: async (id, options) => {
      const lease = await lock.acquire(id, options);
      return { ...lease, ...change(lease) };
    },
  });

// Each fault, and the case that must find it.
const FAULTS: readonly [string, RegExp, Break][] = [
  [
    'gives everybody a lease',
    /16 contenders/,
    (_, fresh) => ({ acquire: (...call) => fresh().acquire(...call) }),
  ],
  [
    'waits for nobody',
    /waits in vain/,
    (lock) => ({
      acquire: (id, options) => lock.acquire(id, { ...options, timeoutMs: 0 }),
    }),
  ],
  [
    'waits for ever',
    /waits in vain/,
    (lock) => ({
      acquire: (id, options) => lock.acquire(id, { ...options, timeoutMs: options.timeoutMs ? 1e9 : 0 }),
    }),
  ],
  [
    'throws another code',
    /waits in vain/,
    (lock) => ({
      acquire: (...call) =>
        lock.acquire(...call).catch(() => Promise.reject(new XorcaError('XORCA_CONFLICT', ''))),
    }),
  ],
  ['never releases', /released lock is free/, changed(() => ({ release: async () => {} }))],
  [
    'never expires',
    /taken at once/,
    (lock) => ({ acquire: (id, options) => lock.acquire(id, { ...options, ttlMs: 1e9 }) }),
  ],
  [
    'never expires',
    /vanished holder/,
    (lock) => ({ acquire: (id, options) => lock.acquire(id, { ...options, ttlMs: 1e9 }) }),
  ],
  [
    'expires early',
    /vanished holder/,
    (lock) => ({ acquire: (id, options) => lock.acquire(id, { ...options, ttlMs: options.ttlMs / 2 }) }),
  ],
  ['renews anything', /LOCK_LOST/, changed(() => ({ renew: async () => {} }))],
  ['renews nothing', /renew keeps/, changed(() => ({ renew: async () => {} }))],
  ['gives one fence to all', /fences grow/, changed(() => ({ fence: 1 }))],
  [
    'takes all ids for one',
    /different ids/,
    (lock) => ({ acquire: (_, options) => lock.acquire('one', options) }),
  ],
  [
    'folds ids',
    /different ids/,
    (lock) => ({ acquire: (id, options) => lock.acquire(id.toLowerCase(), options) }),
  ],
  ['takes any id', /are refused/, (lock) => ({ acquire: (_, options) => lock.acquire('one', options) })],
];

for (const [fault, finder, breakIt] of FAULTS) {
  it(`the contract finds a lock that ${fault}, by ${finder.source}`, async () => {
    const [found, ...others] = lockContract.filter(({ name }) => finder.test(name));
    expect(others).toEqual([]);
    await expect(found?.run(() => setup(breakIt))).rejects.toThrow();
  });
}

it('a lock that lets any lease release the lock is found twice', async () => {
  const holders = new Map<string, Lease>();
  const anyRelease: Break = (lock) => ({
    acquire: async (id, options) => {
      const lease = await lock.acquire(id, options);
      holders.set(id, lease);
      return { ...lease, release: async () => holders.get(id)?.release() };
    },
  });
  for (const finder of [/release it again/, /release nothing/]) {
    const found = lockContract.find(({ name }) => finder.test(name));
    await expect(found?.run(() => setup(anyRelease))).rejects.toThrow();
  }
});

it('the contract asks a lock for no lease that it has not', async () => {
  const ttlMs = { shortest: 15_000, longest: 60_000 };
  const asked: number[] = [];
  const counting: Break = (lock) => ({
    acquire(id, options) {
      asked.push(options.ttlMs);
      return lock.acquire(id, options);
    },
  });
  for (const { name, run } of lockContract) {
    await expect(run(() => ({ ...setup(counting), ttlMs })).then(() => name)).resolves.toBe(name);
  }
  expect(Math.min(...asked)).toBeGreaterThanOrEqual(ttlMs.shortest);
  expect(Math.max(...asked)).toBeLessThanOrEqual(ttlMs.longest);
});

function setup(breakIt: Break): LockUnderTest {
  const time = virtualTime();
  const fresh = () => memoryLock({ clock: time, timers: time });
  return { lock: breakIt(fresh(), fresh), advance: time.advance };
}

type Outage = 'gives leases' | 'forgets holders' | 'says held' | 'says lost' | 'says nothing to try again';

for (const fault of [
  'gives leases',
  'forgets holders',
  'says held',
  'says lost',
  'says nothing to try again',
] as const) {
  it(`the contract finds a lock that in an outage ${fault}`, async () => {
    const found = lockContract.find(({ name }) => /take the service away/.test(name));
    await expect(found?.run(() => withOutage(fault))).rejects.toThrow();
  });
}

it('the contract finds nothing in a lock with outages', async () => {
  for (const { name, run } of lockContract) {
    await expect(run(() => withOutage()).then(() => name)).resolves.toBe(name);
  }
});

function withOutage(fault?: Outage): LockUnderTest {
  const test = setup((lock) => lock);
  let isAway = false;
  const held: Lease[] = [];
  const reach = (code: 'XORCA_LOCK_LOST' | 'XORCA_LOCK_TIMEOUT', says: Outage) => {
    if (!isAway || fault === 'gives leases') return;
    if (fault === says) throw new XorcaError(code, '', { retryable: true });
    throw new XorcaError('XORCA_UNAVAILABLE', '', { retryable: fault !== 'says nothing to try again' });
  };
  return {
    ...test,
    lock: {
      async acquire(id, options) {
        reach('XORCA_LOCK_TIMEOUT', 'says held');
        const lease = await test.lock.acquire(id, options);
        held.push(lease);
        const renew = async () => {
          reach('XORCA_LOCK_LOST', 'says lost');
          await lease.renew();
        };
        return { ...lease, renew };
      },
    },
    async outage(work) {
      isAway = true;
      await work().finally(() => {
        isAway = false;
      });
      if (fault === 'forgets holders') for (const lease of held) await lease.release();
    },
  };
}
