import { expect, test } from 'vitest';
import { type SystemName, simulated, systems } from './systems.ts';

const SEEDS = Number(process.env['XORCA_SEEDS'] ?? 150);
const FIRST = Number(process.env['XORCA_FIRST_SEED'] ?? 1);
/** Faults that must have struck so often, over all worlds of a system, for its silence to prove anything. */
const OFTEN = 10;

const IDLE: Readonly<Record<SystemName, readonly string[]>> = {
  // Nobody waits for its commands with a timeout, and its answers are events like any other.
  checks: ['overtake', 'silent', 'stray'],
  orders: ['overtake'],
  // All its events from outside start a process.
  payable: ['overtake'],
};

test.each(Object.keys(systems) as SystemName[])(
  `${SEEDS} worlds of %s keep every promise, from seed ${FIRST} on`,
  async (name) => {
    const report = await simulated(name, { seeds: SEEDS, firstSeed: FIRST });
    const { faults, worlds, processes, steps, stepsPerSecond } = report;
    console.log(`${name}: ${steps} steps in ${worlds} worlds, ${stepsPerSecond} a second`);
    expect(worlds).toBe(SEEDS);
    expect(steps).toBeGreaterThan(10 * SEEDS);
    if (SEEDS < 100) return;
    const rare = Object.entries(faults).filter(
      ([fault, times]) => times < OFTEN && !IDLE[name].includes(fault),
    );
    expect(rare, 'faults that hardly ever struck').toEqual([]);
    if (name === 'orders') {
      expect(processes.cancelled).toBeGreaterThan(50);
      expect(processes.done).toBeGreaterThan(100);
    }
  },
);

test('where faults strike ten times as often, every promise is kept, too', async () => {
  const faults = { refuse: 0.1, throwing: 0.3, crash: 0.05, partialPublish: 0.2, lostReply: 0.1 };
  for (const name of Object.keys(systems) as SystemName[]) {
    await simulated(name, {
      seeds: Math.ceil(SEEDS / 5),
      firstSeed: FIRST + 10_000,
      faults: { ...systems[name].options.faults, ...faults },
    });
  }
});
