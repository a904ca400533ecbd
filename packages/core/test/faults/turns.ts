import type { Random } from './random.ts';

/** Decides who goes on next: every port call waits for its turn, and chance gives them out one at a time. */
export interface Turns {
  wait(): Promise<void>;
  /** Gives turns until nobody waits any more. */
  run(): Promise<void>;
}

export function takeTurns(random: Random): Turns {
  const waiting: Array<() => void> = [];
  return {
    wait: () => new Promise((resolve) => waiting.push(resolve)),
    async run() {
      for (;;) {
        // Lets everything that can go on without a turn go on.
        await new Promise((resolve) => setImmediate(resolve));
        if (waiting.length === 0) return;
        waiting.splice(random.whole(waiting.length), 1)[0]?.();
      }
    },
  };
}
