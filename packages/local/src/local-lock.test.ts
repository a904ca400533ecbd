import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { lockContract } from '@xorca/testing';
import { describe, expect, it } from 'vitest';
import { closing, tempFolder } from '../test/support/temp-folder.ts';
import { virtualTime } from '../test/support/virtual-time.ts';
import { localLock } from './local-lock.ts';
import { sqliteDatabase } from './sqlite-database.ts';

describe('localLock', () => {
  for (const { name, run } of lockContract) {
    it(name, () =>
      run(async () => {
        const time = virtualTime();
        const path = join(await tempFolder(), 'locks.db');
        const database = closing(sqliteDatabase({ path }));
        database.prepare('PRAGMA busy_timeout = 1').get();
        const lock = localLock({ database, clock: time, timers: time, random: () => 0.5 });
        const outage = async (work: () => Promise<void>) => {
          const other = new DatabaseSync(path);
          other.exec('BEGIN IMMEDIATE');
          await work().finally(() => other.close());
        };
        return { lock, advance: time.advance, outage };
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
