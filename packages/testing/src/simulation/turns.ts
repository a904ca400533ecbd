import type { Chance } from './chance.ts';
import type { Faults } from './faults.ts';

/** Who may go on next: everything that happens at once is cut into turns, and a seed says whose it is. */
export interface Turns {
  wait(): Promise<void>;
  /** Gives turns until nobody waits any more; answers how many. */
  run(): Promise<number>;
}

/** Turns in the order of asking for them, unless somebody overtakes. */
export function takeTurns(random: Chance, faults: Faults): Turns {
  const waiting: Array<() => void> = [];
  return {
    wait: () => new Promise((resolve) => waiting.push(resolve)),
    async run() {
      for (let given = 0; ; given++) {
        // Lets everything that can go on without a turn go on.
        await new Promise((resolve) => setImmediate(resolve));
        if (waiting.length === 0) return given;
        const overtakes = waiting.length > 1 && faults.strikes('interleave');
        const next = overtakes ? 1 + random.whole(waiting.length - 1) : 0;
        waiting.splice(next, 1)[0]?.();
      }
    },
  };
}
