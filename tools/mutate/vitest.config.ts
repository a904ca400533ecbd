import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const ROOT = join(import.meta.dirname, '../..');

/** Quick tests first: most mutants are dead before a world of faults begins. */
class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) =>
      /\/(properties|paths|simulation)\/|faults\.test/.test(moduleId) ? 1 : 0;
    return [...files].sort((a, b) => rank(a) - rank(b) || a.moduleId.localeCompare(b.moduleId));
  }
}

/** The tests of core as mutation testing runs them, hundreds of times over. */
export default defineConfig({
  resolve: {
    // Mutants are in a copy, whose `node_modules` leads back to the sources as they are.
    alias: [
      { find: /^@xorca\/(\w+)$/, replacement: `${ROOT}/packages/$1/src/index.ts` },
      { find: /^@xorca\/core\/(backend|codec)$/, replacement: `${ROOT}/packages/core/src/$1.ts` },
    ],
  },
  test: {
    root: ROOT,
    include: [
      'packages/core/src/**/*.test.ts',
      'packages/core/test/**/*.test.ts',
      // The engine tells path coverage what there is and what happens (`layout`, `observe`). Its walks look there, too, but would take
      // three seconds for each mutant that nobody notices.
      'packages/testing/test/paths/path-coverage.test.ts',
      // Worlds full of faults, which hold the rules of core.
      'packages/testing/test/simulation/core.test.ts',
    ],
    exclude: [
      // It bundles the sources, which hold all mutants at once here.
      'packages/core/test/bundle.test.ts',
      // They mock xstate for all others in their process, or check pages that are not copied.
      'packages/core/test/oldest-xstate.test.ts',
      'packages/core/test/error-docs.test.ts',
      // Thousands of odd records for a mutant: `found.test.ts` says in milliseconds what they say in seconds.
      'packages/core/test/fuzz/{events,records,stored}.test.ts',
      // Nothing of what they test is mutated.
      'packages/core/test/codec/**',
      'packages/core/src/{stores,journal,http}/**',
    ],
    // One process for all files: they share nothing, and loading core anew for each takes longer than the tests.
    isolate: false,
    sequence: { sequencer: QuickFirst },
    // Whoever waits for what a mutant never does has failed: no test of these takes a second.
    testTimeout: 10_000,
    // Few worlds each: a mutant that only the three-hundredth would meet counts as not noticed. The same stories each time, or a
    // floor would hold by chance.
    env: { XORCA_SEEDS: '10', XORCA_RUNS: '40', XORCA_SEED: '1' },
  },
});
