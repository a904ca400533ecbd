import { join } from 'node:path';
import { lockContract } from '@xorca/testing';
import { describe, expect, it } from 'vitest';
import { closing, tempFolder } from '../test/support/temp-folder.ts';
import { virtualTime } from '../test/support/virtual-time.ts';
import { localLock } from './local-lock.ts';

describe('localLock', () => {
  for (const { name, run } of lockContract) {
    it(name, () =>
      run(async () => {
        const time = virtualTime();
        const path = join(await tempFolder(), 'locks.db');
        const lock = closing(localLock({ path, clock: time, timers: time, random: () => 0.5 }));
        return { lock, advance: time.advance };
      }),
    );
  }

  it('shuts out another connection to the same file', async () => {
    const path = join(await tempFolder(), 'locks.db');
    const [here, there] = [closing(localLock({ path })), closing(localLock({ path }))];
    const lease = await here.acquire('p', { ttlMs: 60_000, timeoutMs: 0 });
    await expect(there.acquire('p', { ttlMs: 1, timeoutMs: 0 })).rejects.toMatchObject({
      code: 'XORCA_LOCK_TIMEOUT',
    });
    await lease.release();
    expect((await there.acquire('p', { ttlMs: 60_000, timeoutMs: 0 })).fence).toBeGreaterThan(lease.fence);
  });
});
