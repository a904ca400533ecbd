import type { Runner, Scheduler, XorcaError } from '@xorca/core';
import { messageOf, type Timers } from '@xorca/core/backend';

/** Wakes a runner: at once, at every poll, and when a hint says so. */
export interface WakeLoop {
  readonly hint: (at: number) => void;
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

/** Starts to wake a runner for as long as it is not stopped. */
export function wakeLoop(runner: Pick<Runner, 'wake'>, options: WakeLoopOptions): WakeLoop {
  const { timers, now, pollMs, report } = options;
  let stopped = false;
  let timer: unknown;
  let nextAt = Number.POSITIVE_INFINITY;
  let running: Promise<void> | undefined;
  let again = false;

  function arm(at: number): void {
    // A hint for a far day would overflow the timer; the poll is sooner anyway.
    const wakeAt = Math.min(at, now() + pollMs);
    if (stopped || wakeAt >= nextAt) return;
    timers.clearTimeout(timer);
    nextAt = wakeAt;
    timer = timers.setTimeout(tick, Math.max(0, wakeAt - now()));
  }

  function tick(): void {
    nextAt = Number.POSITIVE_INFINITY;
    // The wake under way may have looked before this moment's timer was set.
    again = running !== undefined;
    running ??= wake().finally(() => {
      running = undefined;
      arm(again ? now() : now() + pollMs);
      again = false;
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
    hint: arm,
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
