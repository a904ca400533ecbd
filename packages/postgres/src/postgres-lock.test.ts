import { lockContract } from '@xorca/testing';
import { describe, expect, it } from 'vitest';
import { pglite } from '../test/support/database.ts';
import { lockUnderTest } from '../test/support/lock-under-test.ts';
import { postgresLock } from './postgres-lock.ts';

const database = pglite();

describe('postgresLock', () => {
  for (const { name, show } of lockContract) {
    it(name, async () =>
      expect(
        await show(async () => lockUnderTest(await database.place())),
        'what it would need',
      ).toBeUndefined(),
    );
  }

  it('goes by the clock of the server when it is given none', async () => {
    const place = await database.place();
    const [here, there] = [postgresLock(place), postgresLock(place)];
    const lease = await here.acquire('p', { ttlMs: 60_000, timeoutMs: 0 });
    const atOnce = { ttlMs: 60_000, timeoutMs: 0 };
    await expect(there.acquire('p', atOnce)).rejects.toMatchObject({ code: 'XORCA_LOCK_TIMEOUT' });
    const { rows } = await place.client.query(
      `SELECT expires_at - extract(epoch FROM now()) * 1000 AS left FROM "${place.schema}".xorca_lease`,
    );
    const left = Number((rows[0] as { left: unknown }).left);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(60_000);
    // An hour passes for the row.
    await place.client.query(`UPDATE "${place.schema}".xorca_lease SET expires_at = expires_at - 3600000`);
    expect((await there.acquire('p', atOnce)).fence).toBeGreaterThan(lease.fence);
    await expect(lease.renew()).rejects.toMatchObject({ code: 'XORCA_LOCK_LOST' });
  });

  it('leaves no row behind when it is given back', async () => {
    const { client, schema } = await database.place();
    const lease = await postgresLock({ client, schema }).acquire('p', { ttlMs: 1_000, timeoutMs: 0 });
    await lease.release();
    expect((await client.query(`SELECT * FROM "${schema}".xorca_lease`)).rows).toEqual([]);
  });

  it('is not held when it was lost between taking it and numbering it', async () => {
    const { client, schema } = await database.place();
    const other = lockUnderTest({ client, schema });
    // Somebody with a clock that is far ahead takes the lease in that moment.
    let stolen = false;
    const thieving: typeof client = {
      async query(text, values) {
        if (text.includes('SET fence') && !stolen) {
          stolen = true;
          await client.query(`UPDATE "${schema}".xorca_lease SET owner = 'thief', expires_at = 9e15`);
        }
        return client.query(text, values);
      },
    };
    const lock = postgresLock({ client: thieving, schema });
    const acquire = lock.acquire('p', { ttlMs: 1_000, timeoutMs: 0 });
    await expect(acquire).rejects.toMatchObject({ code: 'XORCA_LOCK_TIMEOUT' });
    expect(stolen).toBe(true);
    await expect(other.lock.acquire('p', { ttlMs: 1, timeoutMs: 0 })).rejects.toThrow(
      'held by somebody else',
    );
  });
});
