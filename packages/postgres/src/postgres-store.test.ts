import { storeContract } from '@xorca/testing';
import { describe, expect, it } from 'vitest';
import { pglite } from '../test/support/database.ts';
import { record } from '../test/support/record.ts';
import { shown, storeUnderTest } from '../test/support/store-under-test.ts';
import { postgresStore } from './postgres-store.ts';

const database = pglite();
const freshStore = async () => postgresStore(await database.place());

describe('postgresStore', () => {
  it('rejects a stale write', async () => {
    const store = await freshStore();
    const old = await store.save(record('p'), undefined);
    const newer = await store.save(record('p', { revision: 2, body: 'newer' }), old);
    const stale = store.save(record('p', { revision: 2, body: 'stale' }), old);
    await expect(stale).rejects.toMatchObject({ code: 'XORCA_CONFLICT', retryable: true });
    expect(await store.load('p')).toEqual({
      record: record('p', { revision: 2, body: 'newer' }),
      revision: newer,
    });
  });

  for (const { name, show } of storeContract) {
    it(name, async () => shown(name, await show(async () => storeUnderTest(await database.place()))));
  }

  it('keeps texts that Postgres refuses: NUL and half a surrogate pair, in whatever column', async () => {
    const store = await freshStore();
    const text = '\ufeffa\0b \ud800 \udfff \ufdd0 \ufdd00000 🦈';
    const odd = record('p\0\ufdd0', {
      orchestrator: text,
      version: text,
      states: [text, ''],
      body: text.repeat(9),
    });
    await store.save(odd, undefined);
    await store.save(record('other'), undefined);
    expect((await store.load('p\0\ufdd0'))?.record).toEqual(odd);
    const { body: _, ...summary } = odd;
    for (const filter of [{ orchestrator: text }, { version: text }, { state: text }]) {
      expect((await store.list(filter)).items).toEqual([summary]);
    }
    expect((await store.list({ cursor: text })).items).toBeDefined();
  });

  it('keeps a body of 20 MB and a state with a name of 100 kB', async () => {
    const store = await freshStore();
    const large = record('p', {
      body: JSON.stringify({ text: '"ü\n🦈'.repeat(2_000_000) }),
      states: ['s'.repeat(100_000)],
    });
    await store.save(large, undefined);
    const loaded = await store.load('p');
    expect(loaded?.record.body === large.body).toBe(true);
    expect((await store.list({ state: 's'.repeat(100_000) })).items).toHaveLength(1);
    expect((await store.list({ state: 's'.repeat(99_999) })).items).toHaveLength(0);
  });

  it('answers a revision of another store with a conflict', async () => {
    const store = await freshStore();
    await store.save(record('p'), undefined);
    for (const foreign of ['', 'etag', 7, '1.2.3', '1.', `${'9'.repeat(30)}.1`, Number.NaN]) {
      await expect(store.save(record('p'), foreign)).rejects.toMatchObject({ code: 'XORCA_CONFLICT' });
    }
  });

  it('finds what is due by the index on it, and states by theirs', async () => {
    const { client, schema } = await database.place();
    const store = postgresStore({ client, schema });
    const planOf = async (condition: string) => {
      // A small table is read faster without an index; a large one is not.
      await client.query('SET enable_seqscan = off');
      const { rows } = await client.query(
        `EXPLAIN SELECT key FROM "${schema}".xorca_process WHERE ${condition}`,
      );
      await client.query('SET enable_seqscan = on');
      return JSON.stringify(rows);
    };
    await store.save(record('p', { wakeAt: 5, states: ['A'] }), undefined);
    expect(await planOf('wake_at <= 9 ORDER BY wake_at, seq LIMIT 10')).toContain('xorca_process_wake');
    expect(await planOf(`states @> '["A"]'::jsonb`)).toContain('xorca_process_states');
    expect(await planOf('stuck = true ORDER BY key LIMIT 10')).toContain('xorca_process_stuck');
  });

  it('takes any limit for due', async () => {
    const store = await freshStore();
    for (const id of ['a', 'b', 'c']) await store.save(record(id, { wakeAt: 1 }), undefined);
    for (const [limit, found] of [
      [Number.POSITIVE_INFINITY, 3],
      [2.7, 2],
      [-1, 0],
    ] as const)
      expect(await store.due(1.5, limit)).toHaveLength(found);
  });

  it('refuses options that cannot be meant', async () => {
    const { client } = database;
    for (const [options, message] of [
      [{}, 'needs either a client or a url'],
      [{ client, url: 'postgres://' }, 'needs either a client or a url'],
      [{ client: {} }, 'has no method query'],
      [{ url: '' }, 'url of postgresStore must be'],
      [{ client, shema: 'x' }, 'Did you mean "schema"?'],
      [{ client, schema: 'x"; DROP TABLE y; --' }, 'schema of postgresStore must be letters'],
      [{ client, prefix: 'p'.repeat(41) }, 'prefix of postgresStore must be letters'],
      [{ client, prefix: '' }, 'prefix of postgresStore must be letters'],
    ] as const) {
      const make = () => postgresStore(options as unknown as Parameters<typeof postgresStore>[0]);
      expect(make).toThrow(message);
      expect(make).toThrow(expect.objectContaining({ code: 'XORCA_CONFIG' }));
    }
  });
});
