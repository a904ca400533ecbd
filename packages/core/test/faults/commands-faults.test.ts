import { expect, test } from 'vitest';
import * as core from '../../src/index.ts';
import { violationsOfCommands } from './commands/invariants.ts';
import { liveWithCommands } from './commands/world.ts';

const SEEDS = Number(process.env['XORCA_SEEDS'] ?? 200);
const FIRST = Number(process.env['XORCA_FIRST_SEED'] ?? 1);
const FAULTS = [
  'before save',
  'after save',
  'answer of save lost',
  'before publish',
  'after publish',
  'before settle',
  'answer lost',
  'answer late',
  'answered twice',
  'error answered',
  'foreign answer',
];

test(`commands keep every promise in ${SEEDS} worlds full of faults, from seed ${FIRST} on`, async () => {
  const struck = new Map<string, number>();
  const ends = { cancelled: 0, migrated: 0, subs: 0 };
  for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
    const end = await liveWithCommands(core, seed);
    for (const [where, times] of end.struck) struck.set(where, (struck.get(where) ?? 0) + times);
    for (const order of end.orders.values()) if (order?.status === 'cancelled') ends.cancelled++;
    for (const order of end.orders.values()) if (order?.version === '2') ends.migrated++;
    ends.subs += end.subs.size;
    expect(
      violationsOfCommands(end),
      `seed ${seed}: run it alone with XORCA_FIRST_SEED=${seed} XORCA_SEEDS=1`,
    ).toEqual([]);
  }
  // A harness whose faults never strike proves nothing.
  if (SEEDS >= 100) {
    for (const where of FAULTS) expect(struck.get(where) ?? 0, `faults at: ${where}`).toBeGreaterThan(20);
    expect(ends.cancelled).toBeGreaterThan(20);
    expect(ends.migrated).toBeGreaterThan(20);
    expect(ends.subs).toBeGreaterThan(100);
  }
});
