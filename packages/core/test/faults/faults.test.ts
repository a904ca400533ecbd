import { expect, test } from 'vitest';
import * as core from '../../src/index.ts';
import { violations } from './invariants.ts';
import { liveThrough } from './world.ts';

const SEEDS = Number(process.env['XORCA_SEEDS'] ?? 300);
const FAULTS = [
  'load',
  'before save',
  'after save',
  'answer of save lost',
  'before publish',
  'between two publishes',
  'after publish',
  'before settle',
  'after settle',
  'answer of settle lost',
];
const FIRST = Number(process.env['XORCA_FIRST_SEED'] ?? 1);

test(`the invariants hold in ${SEEDS} worlds full of faults, from seed ${FIRST} on`, async () => {
  const struck = new Map<string, number>();
  for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
    const end = await liveThrough(core, seed);
    for (const [where, times] of end.struck) struck.set(where, (struck.get(where) ?? 0) + times);
    expect(violations(end), `seed ${seed}: run it alone with XORCA_FIRST_SEED=${seed} XORCA_SEEDS=1`).toEqual(
      [],
    );
  }
  // A harness whose faults never strike proves nothing.
  if (SEEDS >= 100) {
    for (const where of FAULTS) expect(struck.get(where), `faults at: ${where}`).toBeGreaterThan(20);
  }
});

test('a seed lives through the same world again, event for event', async () => {
  const end = await liveThrough(core, 7);
  const again = await liveThrough(core, 7);
  expect(again.published).toEqual(end.published);
});
