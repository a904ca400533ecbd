import { expect, test } from 'vitest';
import { INVARIANTS } from '../../src/simulation/violation.ts';
import { type Mutant, mutants } from './mutants.ts';
import { mutated } from './mutated.ts';
import type { SystemName } from './systems.ts';

const MOST_SEEDS = 300;
const AT_ONCE = 20;

/** The promise that some system's worlds find broken first when a guarantee is missing. */
async function noticed(mutant: Mutant): Promise<string | undefined> {
  const { systems, dispose } = await mutated(mutant);
  const names = Object.keys(systems.systems) as SystemName[];
  try {
    for (let firstSeed = 1; firstSeed <= MOST_SEEDS; firstSeed += AT_ONCE) {
      for (const name of names) {
        try {
          await systems.simulated(name, {
            firstSeed,
            seeds: AT_ONCE,
            shrink: false,
            ...(mutant.faults ? { faults: mutant.faults } : {}),
          });
        } catch (error) {
          const { violations } = error as { violations?: readonly { readonly invariant: string }[] };
          if (!violations) throw error;
          return violations[0]?.invariant;
        }
      }
    }
    return undefined;
  } finally {
    await dispose();
  }
}

/** What was noticed, by mutant. */
const broken = new Map<string, string | undefined>();

test.each(mutants)('without its guarantee, "$name" is noticed by a simulation', async (mutant) => {
  const invariant = await noticed(mutant);
  expect(invariant).toBeDefined();
  broken.set(mutant.name, invariant);
});

test('each of the promises is the first to be broken by some missing guarantee', ({ skip }) => {
  if (broken.size < mutants.length) skip('only some of the guarantees were taken out');
  // Of keys it is the store that decides: `simulate.test.ts` gives it one that takes two for one.
  const { 11: _, ...promises } = INVARIANTS;
  expect([...broken.values()]).toEqual(expect.arrayContaining(Object.values(promises)));
});
