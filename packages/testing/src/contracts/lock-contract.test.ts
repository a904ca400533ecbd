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

function setup(breakIt: Break): LockUnderTest {
  const time = virtualTime();
  const fresh = () => memoryLock({ clock: time, timers: time });
  return { lock: breakIt(fresh(), fresh), advance: time.advance };
}
