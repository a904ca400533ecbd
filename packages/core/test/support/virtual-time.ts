import type { Clock } from '../../src/ports.ts';
import type { Timers } from '../../src/timers.ts';

/** A clock and timers that stand still until somebody moves them. */
export interface VirtualTime extends Clock, Timers {
  advance(ms: number): Promise<void>;
}

export function virtualTime(start = 1_750_000_000_000): VirtualTime {
  let now = start;
  let ids = 0;
  const timers = new Map<number, { at: number; run: () => void }>();
  return {
    now: () => now,
    setTimeout(run, ms) {
      timers.set(++ids, { at: now + ms, run });
      return ids;
    },
    clearTimeout(id) {
      timers.delete(id as number);
    },
    async advance(ms) {
      const end = now + ms;
      for (;;) {
        const [next] = [...timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at);
        if (!next) break;
        const [id, { at, run }] = next;
        timers.delete(id);
        now = Math.max(now, at);
        run();
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
      now = end;
    },
  };
}
