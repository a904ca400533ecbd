import { expect, test } from 'vitest';
import { violations } from './invariants.ts';
import { mutants } from './mutants.ts';
import { mutated } from './mutate.ts';
import { liveThrough } from './world.ts';

const MOST_SEEDS = 300;

test.each(mutants)('without its guarantee, "$name" is caught by the fault worlds', async (mutant) => {
  const { core, dispose } = await mutated(mutant);
  try {
    let caught: string | undefined;
    for (let seed = 1; seed <= MOST_SEEDS && caught === undefined; seed++) {
      [caught] = violations(await liveThrough(core, seed));
    }
    expect(caught).toBeDefined();
  } finally {
    await dispose();
  }
});
