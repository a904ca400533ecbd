import type { Clock } from '@xorca/core';
import type { Timers } from '@xorca/core/backend';

/** A clock and timers that stand still until somebody moves them. */
export interface VirtualTime extends Clock, Timers {
  /** How long each timer that is waiting was set for, in the order of setting. */
  readonly waits: readonly number[];
  advance(ms: number): Promise<void>;
}

export function virtualTime(start = 1_750_000_000_000): VirtualTime {
  let now = start;
  let ids = 0;
  const timers = new Map<unknown, { ms: number; at: number; run: () => void }>();
  return {
    now: () => now,
    setTimeout(run, ms) {
      timers.set(++ids, { ms, at: now + ms, run });
      return ids;
    },
    clearTimeout: (id) => void timers.delete(id),
    get waits() {
      return [...timers.values()].map(({ ms }) => ms);
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
        await settled();
      }
      now = end;
      await settled();
    },
  };
}

/** Lets the work that is under way go on: group commits wait for the next turn of the event loop. */
export async function settled(): Promise<void> {
  for (let n = 0; n < 6; n++) await new Promise((resolve) => setImmediate(resolve));
}
