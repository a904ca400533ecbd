import { expect, test } from 'vitest';
import type * as Core from '../../src/index.ts';
import { violationsOfCommands } from './commands/invariants.ts';
import { commandMutants } from './commands/mutants.ts';
import { liveWithCommands } from './commands/world.ts';
import { violations } from './invariants.ts';
import { type Mutant, mutants } from './mutants.ts';
import { mutated } from './mutate.ts';
import { liveThrough } from './world.ts';

const MOST_SEEDS = 300;

async function isCaught(
  mutant: Mutant,
  liveIn: (core: typeof Core, seed: number) => Promise<readonly string[]>,
): Promise<boolean> {
  const { core, dispose } = await mutated(mutant);
  try {
    for (let seed = 1; seed <= MOST_SEEDS; seed++) {
      if ((await liveIn(core, seed)).length > 0) return true;
    }
    return false;
  } finally {
    await dispose();
  }
}

test.each(mutants)('without its guarantee, "$name" is caught by the fault worlds', async (mutant) => {
  expect(await isCaught(mutant, async (core, seed) => violations(await liveThrough(core, seed)))).toBe(true);
});

test.each(commandMutants)(
  'without its guarantee, "$name" is caught by the worlds of commands',
  async (mutant) => {
    const live = async (core: typeof Core, seed: number) =>
      violationsOfCommands(await liveWithCommands(core, seed));
    expect(await isCaught(mutant, live)).toBe(true);
  },
);
