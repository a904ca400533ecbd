import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sample } from '../../../testing/src/contracts/store-case.ts';
import { compress, withClaimCheck, withCodec } from '../../src/codec.ts';
import { isXorcaError, XorcaError } from '../../src/errors.ts';
import type { ProcessStore } from '../../src/ports.ts';
import { readClaim } from '../../src/stores/claim-check-blob.ts';
import { memoryStore } from '../../src/stores/memory-store.ts';
import type { ObjectStorage } from '../../src/stores/object-storage.ts';
import { type MemoryObjects, memoryObjects } from '../support/memory-objects.ts';

const T = 1_750_000_000_000;
const HOUR = 3_600_000;
const BODIES = ['first', 'second', 'third'].map((word) => JSON.stringify({ text: word.repeat(100) }));

/** Decides for each call to store and storage: go on, fail before it does anything, or fail after it did. */
type Fate = () => 'fine' | 'before' | 'after';

interface World {
  readonly inner: ProcessStore;
  readonly objects: MemoryObjects;
}

const newWorld = (): World => ({ inner: memoryStore(), objects: memoryObjects() });

/** The two as one caller sees them. After each call that changed something, no record may name what is not there. */
function throughFates({ inner, objects }: World, fate: Fate) {
  const call = async <Result>(work: () => Promise<Result>, changes: boolean): Promise<Result> => {
    const fails = fate();
    if (fails === 'before') throw away();
    const result = await work();
    if (changes) await expectNoDanglingReference({ inner, objects });
    if (fails === 'after') throw away();
    return result;
  };
  const store: ProcessStore = {
    ...inner,
    load: (id) => call(() => inner.load(id), false),
    save: (...args) => call(() => inner.save(...args), true),
    delete: (id) => call(async () => inner.delete?.(id), true),
  };
  const storage: ObjectStorage = {
    ...objects,
    get: (key) => call(() => objects.get(key), false),
    put: (...args) => call(() => objects.put(...args), true),
    delete: (key) => call(() => objects.delete(key), true),
  };
  const claimed = withClaimCheck(store, { objects: storage, threshold: 40, clock: { now: () => T } });
  return { claimed, store: withCodec(claimed, compress({ minBytes: 0 })) };
}

async function expectNoDanglingReference({ inner, objects }: World): Promise<void> {
  for (const name of await namedBy(inner)) expect([...objects.texts.keys()]).toContain(name);
}

async function namedBy(inner: ProcessStore): Promise<string[]> {
  const { items } = await inner.list({});
  const records = await Promise.all(items.map(({ id }) => inner.load(id)));
  return records.flatMap((stored) => readClaim(stored?.record.body ?? '')?.name ?? []);
}

async function expectSweptClean(world: World): Promise<void> {
  const { claimed } = throughFates(world, () => 'fine');
  for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
    cursor = (await claimed.sweep(T + HOUR, cursor)).next;
  }
  expect([...world.objects.texts.keys()].sort()).toEqual((await namedBy(world.inner)).sort());
}

const away = () => new XorcaError('XORCA_UNAVAILABLE', 'away', { retryable: true });

describe.each([
  ['one call fails before it does anything', 'before', 1],
  ['one call fails after it did its work', 'after', 1],
  ['the program dies before a call', 'before', Number.POSITIVE_INFINITY],
  ['the program dies after a call', 'after', Number.POSITIVE_INFINITY],
] as const)('where %s', (_, how, times) => {
  test('each process is as before or as after, whichever call it is, and the sweep leaves no garbage', async () => {
    let at = 0;
    for (let struck = true; struck; at++) {
      struck = false;
      const world = newWorld();
      let calls = 0;
      const { store } = throughFates(world, () => {
        const n = calls++;
        if (n < at || n >= at + times) return 'fine';
        struck = true;
        return n > at ? 'before' : how;
      });
      const seen: (string | undefined)[] = [undefined];
      try {
        let revision: Awaited<ReturnType<ProcessStore['save']>> | undefined;
        for (const [n, body] of BODIES.entries()) {
          seen.push(body);
          revision = await store.save(sample('p', { body, revision: n + 1 }), revision);
        }
        seen.push('{}');
        await store.save(sample('p', { body: '{}', revision: 4 }), revision);
        seen.push(undefined);
        await store.delete?.('p');
      } catch (error) {
        expect(error).toMatchObject({ code: 'XORCA_UNAVAILABLE' });
      }
      const clean = throughFates(world, () => 'fine').store;
      expect(seen.slice(-2)).toContain((await clean.load('p'))?.record.body);
      await expectSweptClean(world);
      expect(seen.slice(-2)).toContain((await clean.load('p'))?.record.body);
    }
    expect(at).toBeGreaterThan(12);
  });
});

test('with four writers, faults everywhere and any order of calls, no reference ever dangles and no reader is misled', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.infiniteStream(fc.nat(19)),
      fc.array(fc.nat(3), { minLength: 4, maxLength: 24 }),
      async (luck, plan) => {
        const world = newWorld();
        const fate: Fate = () => {
          const { value } = luck.next();
          return value === 0 ? 'before' : value === 1 ? 'after' : 'fine';
        };
        const written = new Set<string | undefined>([undefined]);
        const writer = async (name: number) => {
          const { store } = throughFates(world, fate);
          for (const [step, kind] of plan.entries()) {
            if ((step + name) % 2) await Promise.resolve();
            try {
              const stored = await store.load('p');
              expect(written).toContain(stored?.record.body);
              if (kind === 3) {
                await store.delete?.('p');
                continue;
              }
              const body = JSON.stringify({ name, step, text: kind ? 'x'.repeat(kind * 150) + step : '' });
              written.add(body);
              await store.save(sample('p', { body, revision: step }), stored?.revision);
            } catch (error) {
              if (!isXorcaError(error)) throw error;
              expect(['XORCA_UNAVAILABLE', 'XORCA_CONFLICT']).toContain(error.code);
            }
          }
        };
        await Promise.all([0, 1, 2, 3].map(writer));
        await expectNoDanglingReference(world);
        await expectSweptClean(world);
        const { store } = throughFates(world, () => 'fine');
        expect(written).toContain((await store.load('p'))?.record.body);
      },
    ),
    { numRuns: 150 },
  );
});
