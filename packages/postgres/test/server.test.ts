import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { isXorcaError } from '@xorca/core';
import { journalContract, lockContract, storeContract } from '@xorca/testing';
import { describe, expect, it } from 'vitest';
import { createTables, postgresJournal, postgresLock, postgresStore } from '../src/index.ts';
import { checksum } from './support/checksum.ts';
import { type Place, pglite, SERVER_URL, server, type TestDatabase } from './support/database.ts';
import { killWhileSaving } from './support/kill.ts';
import { lockUnderTest } from './support/lock-under-test.ts';
import { record } from './support/record.ts';
import { shown, storeUnderTest } from './support/store-under-test.ts';
import { walk } from './support/walk.ts';

const WHERE = SERVER_URL
  ? 'on the server of XORCA_POSTGRES_URL'
  : 'on PGlite alone, where no two statements overlap, for XORCA_POSTGRES_URL is not set';
const seed = Number(process.env['XORCA_SEED'] ?? 20_260_101);

const open = (isolation?: string): TestDatabase => {
  if (!SERVER_URL) return pglite(isolation && `SET default_transaction_isolation = '${isolation}'`);
  return server(SERVER_URL, isolation && `-c default_transaction_isolation=${isolation.replace(' ', '\\ ')}`);
};
const database = open();
const strict = open('repeatable read');

describe(WHERE, () => {
  describe('postgresStore', () => {
    for (const { name, show } of storeContract) {
      it(name, async () => shown(name, await show(async () => storeUnderTest(await database.place()))));
    }
  });

  describe('postgresStore, where a lost race is an error of the server', () => {
    for (const { name, show } of storeContract) {
      it(name, async () => shown(name, await show(async () => storeUnderTest(await strict.place()))));
    }
  });

  describe('postgresLock', () => {
    for (const { name, show } of lockContract) {
      it(name, async () =>
        expect(
          await show(async () => lockUnderTest(await database.place())),
          'what it would need',
        ).toBeUndefined(),
      );
    }
  });

  describe('postgresJournal', () => {
    for (const { name, show } of journalContract) {
      it(name, async () =>
        expect(
          await show(async (options) => postgresJournal({ ...(await database.place()), ...options })),
          'what it would need',
        ).toBeUndefined(),
      );
    }
  });

  it('of 16 that save at once over 16 connections one wins, round after round, and the rest conflict', async () => {
    for (const { place } of [database, strict]) {
      const store = postgresStore(await place());
      let revision: string | number | undefined;
      for (let round = 1; round <= 40; round++) {
        const body = (n: number) => `${round}/${n} ${'x'.repeat(n * 997)}`;
        const saves = Array.from({ length: 16 }, (_, n) =>
          store.save(record('p', { revision: round, wakeAt: round, body: body(n) }), revision),
        );
        const results = await Promise.allSettled(saves);
        const winners = results.flatMap((result, n) =>
          result.status === 'fulfilled' ? [{ n, revision: result.value }] : [],
        );
        const losers = results.filter(({ status }) => status === 'rejected');
        for (const loser of losers) expect(loser).toMatchObject({ reason: { code: 'XORCA_CONFLICT' } });
        expect(winners).toHaveLength(1);
        revision = winners[0]?.revision;
        const stored = await store.load('p');
        expect(stored?.record.body).toBe(body(winners[0]?.n ?? -1));
        expect(stored?.revision).toBe(revision);
        if (round % 10 !== 0) continue;
        await store.delete?.('p');
        await expect(store.save(record('p'), revision)).rejects.toMatchObject({ code: 'XORCA_CONFLICT' });
        revision = undefined;
      }
    }
  });

  it('16 that want one lock have it one after the other, with growing fences, by the clock of the server', async () => {
    const place = await database.place();
    // Waits are cut short: what is shown is the order, not the patience.
    const timers = {
      setTimeout: (run: () => void, ms: number) => setTimeout(run, ms / 20),
      clearTimeout() {},
    };
    const fences: number[] = [];
    let inside = 0;
    const contend = async () => {
      const lock = postgresLock({ ...place, timers });
      for (let turn = 0; turn < 5; turn++) {
        const lease = await lock.acquire('p', { ttlMs: 60_000, timeoutMs: 60_000 });
        expect(++inside).toBe(1);
        fences.push(lease.fence);
        await lease.renew();
        inside--;
        await lease.release();
      }
    };
    await Promise.all(Array.from({ length: 16 }, contend));
    expect(fences).toHaveLength(80);
    expect(fences).toEqual([...new Set(fences)].sort((a, b) => a - b));
  });

  it('16 that append, trim and prune one journal at once lose no step that is to be kept, and no deadlock stops them', async () => {
    const { client, schema } = await database.place();
    const failures: unknown[] = [];
    const watched: typeof client = {
      query: (text, values) =>
        client.query(text, values).catch((error) => {
          failures.push(error);
          throw error;
        }),
    };
    const step = (revision: number, place: number) => ({
      revision,
      step: place,
      at: revision,
      orchestrator: 'books',
      version: '1',
      input: { kind: 'timer' as const },
      after: { status: 'active' as const, value: 'A', context: {} },
      effects: [],
      attempt: 1,
    });
    const steps = (revision: number) => Array.from({ length: 100 }, (_, place) => step(revision, place));
    await Promise.all(
      Array.from({ length: 16 }, async (_, n) => {
        const retention = n % 2 ? { count: 250 } : { age: 2 };
        const journal = postgresJournal({ client: watched, schema, retention });
        for (let save = 1; save <= 10; save++) {
          const both = [...steps(save), ...steps(save + 1)];
          await journal.append('p', n % 4 < 2 ? both : both.reverse());
          await journal.prune?.(save);
        }
      }),
    );
    expect(failures).toEqual([]);
    const kept: number[] = [];
    for await (const { revision } of postgresJournal({ client, schema }).read('p')) kept.push(revision);
    expect(kept.filter((revision) => revision > 9)).toEqual(
      [...steps(10), ...steps(11)].map((one) => one.revision),
    );
  });

  it('many programs make the tables at once', async () => {
    const place = await database.place(false);
    await Promise.all(Array.from({ length: 16 }, () => createTables(place.client, { schema: place.schema })));
    await postgresStore(place).save(record('p'), undefined);
  });

  it('every kind of step works, over store, lock and journal', async () => {
    const { reports, states, stuck, resting, cancelled, history, sent } = await walk(await database.place());
    expect(reports).toEqual([]);
    expect(states).toEqual(['Fetching', 'Resting', 'Read']);
    expect(stuck).toEqual(['lost error']);
    expect(resting).toEqual(['lost']);
    expect(cancelled).toBe('cancelled');
    expect(history).toEqual({ checked: 2, broken: [], unchecked: [] });
    expect(sent.filter((one) => one.startsWith('../Ö/') && one.includes('cmd.'))).toEqual([
      '../Ö/1 cmd.books.fetch',
      '../Ö/2 cmd.books.fetch',
    ]);
  });

  it(`killed mid-save (XORCA_SEED=${seed}), a record is the old one or the new one, whole, and nothing is locked`, {
    timeout: 240_000,
  }, async () => {
    const crashing = await crashable();
    let x = seed >>> 0;
    let least = 0;
    for (let kill = 0; kill < crashing.kills; kill++) {
      x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0;
      const told = await killWhileSaving(crashing.where, crashing.schema, (x / 4_294_967_296) * 40);
      await crashing.look(async (place) => {
        const store = postgresStore(place);
        expect(told).toBeGreaterThan(least);
        for (;;) {
          const stored = await store.load('counter');
          const { states = [], body = '', wakeAt, revision } = stored?.record ?? {};
          const n = Number(states[0]);
          // What was told to be saved is saved; one more may be, its answer lost.
          expect([told, told + 1]).toContain(n);
          expect({ wakeAt, revision }).toEqual({ wakeAt: n, revision: n });
          expect(body).toBe(checksum(body.slice(64)) + `${n} `.repeat(60_000));
          expect(await store.due(told + 1, 10)).toEqual(['counter']);
          least = n;
          // A server may still be at the last statement of a program that is gone; then this one conflicts, as it should.
          const saved = stored && (await store.save(stored.record, stored.revision).catch(conflicted));
          if (saved !== undefined) break;
        }
      });
    }
    await crashing.end();
  });
});

function conflicted(error: unknown): undefined {
  if (!isXorcaError(error, 'XORCA_CONFLICT')) throw error;
}

/** A database that outlives the program killed over it: a server, or a folder that PGlite opens again. */
async function crashable() {
  const counter = record('counter', { states: ['0'], wakeAt: 0 });
  if (SERVER_URL) {
    const place = await database.place();
    await postgresStore(place).save(counter, undefined);
    const look = (work: (place: Place) => Promise<void>) => work(place);
    return { where: SERVER_URL, schema: place.schema, kills: 20, look, end: async () => {} };
  }
  const where = await mkdtemp(join(tmpdir(), 'xorca-pglite-'));
  const schema = 'public';
  const look = async (work: (place: Place) => Promise<void>) => {
    const client = await PGlite.create(where);
    await work({ client, schema });
    await client.close();
  };
  await look(async ({ client }) => {
    await createTables(client);
    await postgresStore({ client }).save(counter, undefined);
  });
  const end = () => rm(where, { recursive: true, force: true });
  return { where, schema, kills: 3, look, end };
}
