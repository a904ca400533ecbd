import type { Runner, Scheduler, XorcaError } from '@xorca/core';
import { messageOf, type Timers } from '@xorca/core/backend';
import { moments } from './moments.ts';

/** Wakes a runner: at once, at every poll, and when a hint says so. */
export interface WakeLoop {
  /** Says that something is due at `at`. */
  hint(at: number): void;
  /** No wake begins any more; resolves when one under way is over. */
  stop(): Promise<void>;
}

export interface WakeLoopOptions {
  readonly timers: Timers;
  readonly now: () => number;
  /** Longest time between two wakes, in ms: hints may be lost, and another program may have set a timer. */
  readonly pollMs: number;
  readonly report: (message: string) => void;
}

// So many wakes a second at most, however many processes have timers: a wake is a query, and 10 ms are no delay for a timer.
const GRAIN_MS = 10;
// Hints to remember: more than a hundred seconds of one in each grain. What is forgotten comes with a poll.
const MOST_HINTS = 10_000;

/** Starts to wake a runner for as long as it is not stopped. */
export function wakeLoop(runner: Pick<Runner, 'wake'>, options: WakeLoopOptions): WakeLoop {
  const { timers, now, pollMs, report } = options;
  const hints = moments(MOST_HINTS);
  let stopped = false;
  let timer: unknown;
  let nextAt = Number.POSITIVE_INFINITY;
  let running: Promise<void> | undefined;

  function arm(at: number): void {
    if (stopped || running || at >= nextAt) return;
    timers.clearTimeout(timer);
    nextAt = at;
    timer = timers.setTimeout(tick, Math.max(0, at - now()));
  }

  function tick(): void {
    nextAt = Number.POSITIVE_INFINITY;
    // Those that come while it looks are for the next look: this one may have been too early for them.
    hints.pass(now());
    running = wake().finally(() => {
      running = undefined;
      arm(Math.min(hints.next(), now() + pollMs));
    });
  }

  async function wake(): Promise<void> {
    try {
      for (let more = true; more && !stopped; ) {
        const result = await runner.wake();
        more = result.more && result.woken > 0;
        for (const { id, error } of result.failed) reportFailure(id, error);
      }
    } catch (error) {
      report(
        `Due processes could not be read; they are looked for again in ${pollMs} ms: ${messageOf(error)}`,
      );
    }
  }

  function reportFailure(id: string, error: XorcaError): void {
    report(`Process ${JSON.stringify(id)} could not be woken (${error.code}): ${error.message}`);
  }

  arm(now());
  return {
    hint(at) {
      const moment = Math.ceil(at / GRAIN_MS) * GRAIN_MS;
      hints.add(moment);
      // One for a far day would overflow the timer; it is armed when its time has come near.
      if (moment < now() + pollMs) arm(moment);
    },
    async stop() {
      stopped = true;
      timers.clearTimeout(timer);
      await running;
    },
  };
}

/** The scheduler that passes its hints to wake loops. */
export function loopScheduler(loops: Iterable<WakeLoop>): Scheduler {
  return {
    async wake(_id, at) {
      for (const loop of loops) loop.hint(at);
    },
  };
}
