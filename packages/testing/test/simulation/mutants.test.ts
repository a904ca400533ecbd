import { expect, test } from 'vitest';
import { type Mutant, mutants } from './mutants.ts';
import { mutated } from './mutated.ts';
import type { SystemName } from './systems.ts';

const MOST_SEEDS = 300;
const AT_ONCE = 20;

/** Which system's worlds notice that a guarantee is missing, and how. */
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
          return `${name}: ${violations[0]?.invariant}`;
        }
      }
    }
    return undefined;
  } finally {
    await dispose();
  }
}

test.each(mutants)('without its guarantee, "$name" is noticed by a simulation', async (mutant) => {
  expect(await noticed(mutant)).toBeDefined();
});
