import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HintedRecord, type WakeHints, wakeHints } from './wake-hints.ts';

const T = 1_750_000_000_000;
const SWEEP_MS = 1_000;
const EARLY_MS = 60;

function setup(earlyMs = EARLY_MS) {
  const stored = new Set<string>();
  const records = new Map<string, HintedRecord>();
  const time = { ms: T, now: () => time.ms };
  let stamps = 0;
  const hints = wakeHints(
    {
      write: async (key) => void stored.add(key),
      remove: async (key) => void stored.delete(key),
      // Pages of one, so that there are many.
      async list(_, cursor = '') {
        const [key, ...more] = [...stored].filter((each) => each > cursor).sort();
        if (key === undefined) return { keys: [] };
        return more.length > 0 ? { keys: [key], next: key } : { keys: [key] };
      },
      look: async ({ encodedId }) => records.get(encodedId),
    },
    { clock: time, sweepAfterMs: SWEEP_MS, earlyMs },
  );
  return { stored, records, time, hints, stamp: () => String(++stamps) };
}

type World = ReturnType<typeof setup>;
type Crash = 'none' | 'before the record' | 'after the record';

async function save(
  { hints, records, stamp }: World,
  {
    id,
    wakeAt,
    crash = 'none',
  }: { readonly id: string; readonly wakeAt: number | null; readonly crash?: Crash },
): Promise<void> {
  const old = records.get(id)?.hint ?? null;
  const hint = await hints.before({ id, encodedId: id, wakeAt, stamp: stamp() }, old);
  if (crash === 'before the record') return;
  records.set(id, { id, hint, wakeAt });
  if (crash === 'none') await hints.after(old, hint);
}

function expected({ records }: World, now: number): number[] {
  const times = [...records.values()].flatMap(({ wakeAt }) =>
    wakeAt !== null && wakeAt <= now ? [wakeAt] : [],
  );
  return times.sort((a, b) => a - b);
}

async function times(hints: WakeHints, now: number, limit: number): Promise<number[]> {
  return (await hints.due(now, limit)).map(({ wakeAt }) => wakeAt);
}

const step = fc.record({
  id: fc.constantFrom('a', 'b', 'c', 'd'),
  wakeAt: fc.option(fc.integer({ min: -50, max: 120 })),
  crash: fc.constantFrom<Crash>('none', 'none', 'before the record', 'after the record'),
  passed: fc.constantFrom(0, 5, 50, SWEEP_MS + 1),
});

describe('wakeHints', () => {
  it('names exactly what is due, earliest first, whatever is saved, crashes, and is swept', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }),
        fc.integer({ min: 1, max: 4 }),
        async (steps, limit) => {
          const world = setup();
          for (const { id, wakeAt, crash, passed } of steps) {
            world.time.ms += passed;
            const at = wakeAt === null ? null : world.time.ms + wakeAt;
            await save(world, { id, wakeAt: at, crash });
            for (const now of [world.time.ms - 100, world.time.ms, world.time.ms + 100]) {
              const all = expected(world, now);
              expect(await times(world.hints, now, 100)).toEqual(all);
              expect(await times(world.hints, now, limit)).toEqual(all.slice(0, limit));
            }
          }
          // In the end only the living hints are left.
          world.time.ms += SWEEP_MS + 1;
          await world.hints.due(world.time.ms + 1e9, 100);
          const living = [...world.records.values()].filter(({ wakeAt }) => wakeAt !== null);
          expect(world.stored.size).toBe(living.length);
        },
      ),
    );
  });

  it('keeps a hint that lies ahead for a moment that moves later by little, and no other', async () => {
    const world = setup();
    const hintAfter = async (wakeAt: number) => {
      await save(world, { id: 'a', wakeAt });
      return world.records.get('a')?.hint;
    };
    const first = await hintAfter(T + 10);
    expect(await hintAfter(T + 10 + EARLY_MS)).toBe(first);
    const later = await hintAfter(T + 11 + EARLY_MS);
    expect(later).not.toBe(first);
    expect(await hintAfter(T + 10 + EARLY_MS)).not.toBe(later);
    const ahead = world.records.get('a')?.hint;
    world.time.ms = T + 10 + EARLY_MS;
    expect(await hintAfter(T + 11 + EARLY_MS)).not.toBe(ahead);
  });

  it('names the earliest record though its hint is the later one', async () => {
    const world = setup();
    await save(world, { id: 'a', wakeAt: T + 10 });
    await save(world, { id: 'a', wakeAt: T + 60 });
    await save(world, { id: 'b', wakeAt: T + 20 });
    expect(world.stored.size).toBe(2);
    expect(await times(world.hints, T + 100, 1)).toEqual([T + 20]);
    expect(await times(world.hints, T + 59, 2)).toEqual([T + 20]);
  });

  it('keeps none for another moment unless that is allowed', async () => {
    const world = setup(0);
    await save(world, { id: 'a', wakeAt: T + 10 });
    const first = world.records.get('a')?.hint;
    await save(world, { id: 'a', wakeAt: T + 11 });
    expect(world.records.get('a')?.hint).not.toBe(first);
  });
});
