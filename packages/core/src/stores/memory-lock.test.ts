import { describe, expect, it } from 'vitest';
import { lockContract } from '../../../testing/src/contracts/lock-contract.ts';
import { virtualTime } from '../../test/support/virtual-time.ts';
import { memoryLock } from './memory-lock.ts';

describe('memoryLock', () => {
  for (const { name, run } of lockContract) {
    it(name, () =>
      run(() => {
        const time = virtualTime();
        return { lock: memoryLock({ clock: time, timers: time }), advance: time.advance };
      }),
    );
  }

  it('gives the lock to who has waited longest', async () => {
    const lock = memoryLock();
    const order: number[] = [];
    const first = await lock.acquire('p', { ttlMs: 60_000, timeoutMs: 0 });
    const waits = [1, 2, 3].map(async (n) => {
      const lease = await lock.acquire('p', { ttlMs: 60_000, timeoutMs: 60_000 });
      order.push(n);
      await lease.release();
    });
    await first.release();
    await Promise.all(waits);
    expect(order).toEqual([1, 2, 3]);
  });

  it('refuses an option it does not know and spans that make no sense', async () => {
    expect(() => memoryLock({ clok: Date } as object)).toThrow('clock');
    const acquire = (ttlMs: number, timeoutMs: number) => memoryLock().acquire('p', { ttlMs, timeoutMs });
    await expect(acquire(0, 1)).rejects.toMatchObject({ code: 'XORCA_CONFIG' });
    await expect(acquire(1, Number.NaN)).rejects.toMatchObject({ code: 'XORCA_CONFIG' });
  });
});
