import { messageOf, XorcaError } from '../errors.ts';
import { assertOptions } from '../options.ts';
import type { Clock, Scheduler } from '../ports.ts';
import { systemTimers, type Timers } from '../timers.ts';

/** How to open a `memoryScheduler`. */
export interface MemorySchedulerOptions {
  /** Called when a wake is due, with the process that it was asked for: `() => runner.wake()`. What it throws is reported. */
  readonly onWake: (id: string) => unknown;
  /** Default: the system's clock and timers. */
  readonly clock?: Clock;
  readonly timers?: Timers;
  /** Hears what `onWake` threw. Default: `console.error`. */
  readonly report?: (error: XorcaError) => void;
}

/** A scheduler that can be stopped, so that no timer keeps the program alive. */
export interface MemoryScheduler extends Scheduler {
  /** Forgets all wakes that are still to come. */
  stop(): void;
}

// The longest that a timer of JavaScript holds is 24.8 days, and a longer one fires at once; a day is as good.
const LONGEST_TIMER_MS = 86_400_000;

/**
 * Wakes within this program, for tests and for trying things out: nothing survives the program. Each wake comes at or after its time;
 * one asked for twice, before it came, comes once. `XORCA_CONFIG` for an option it does not know.
 *
 * @example
 * const scheduler = memoryScheduler({ onWake: () => runner.wake() })
 */
export function memoryScheduler(options: MemorySchedulerOptions): MemoryScheduler {
  assertOptions(options, ['onWake', 'clock', 'timers', 'report'], 'memoryScheduler');
  const { onWake, clock = Date, timers = systemTimers } = options;
  const { report = (error: XorcaError) => console.error(`${error.code}: ${error.message}`) } = options;
  const pending = new Map<string, unknown>();

  function arm(key: string, id: string, at: number): void {
    const left = at - clock.now();
    const look = () => {
      if (clock.now() < at) return arm(key, id, at);
      pending.delete(key);
      void call(id);
    };
    pending.set(key, timers.setTimeout(look, Math.min(Math.max(0, left), LONGEST_TIMER_MS)));
  }

  async function call(id: string): Promise<void> {
    try {
      await onWake(id);
    } catch (cause) {
      const message = `The wake of process ${JSON.stringify(id)} failed: ${messageOf(cause)}. It is woken again by whoever looks for due processes.`;
      report(new XorcaError('XORCA_UNAVAILABLE', message, { processId: id, cause }));
    }
  }

  return {
    async wake(id, at) {
      const key = `${at} ${id}`;
      if (!pending.has(key)) arm(key, id, at);
    },
    stop() {
      for (const timer of pending.values()) timers.clearTimeout(timer);
      pending.clear();
    },
  };
}
