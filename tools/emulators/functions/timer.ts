import { localTime } from './binding-data.ts';
import { type FunctionsHost, functionOf } from './host.ts';
import type { Input, Output } from './rpc.ts';

/** A tick of a timer. */
export interface Tick {
  /** When it is due, epoch ms. Default: now. */
  readonly at?: number;
  /** When it was due before, epoch ms. Default: a minute earlier. */
  readonly lastAt?: number;
  /** It is late, for the host was not there. Default false. */
  readonly isPastDue?: boolean;
}

/** What the host gives a timer trigger. `TimerInfo` of https://github.com/Azure/azure-webjobs-sdk-extensions */
function timerInput({ at = Date.now(), lastAt = at - 60_000, isPastDue = false }: Tick = {}): Input {
  const last = `${localTime(new Date(lastAt))}Z`;
  const json = JSON.stringify({
    Schedule: { AdjustForDST: true },
    // Next is the tick itself.
    ScheduleStatus: { Last: last, Next: `${localTime(new Date(at))}Z`, LastUpdated: last },
    IsPastDue: isPastDue,
  });
  return { data: { json } };
}

/** Invokes a function with a timer trigger, whatever its schedule. */
export async function fireTimer(functions: FunctionsHost, name: string, tick: Tick = {}): Promise<Output> {
  functionOf(functions, name, 'timerTrigger');
  return functions.invoke(name, timerInput(tick));
}

/** Options of `startTimerSource`. */
export interface TimerSourceOptions {
  readonly functions: FunctionsHost;
  readonly name: string;
  /** How long after the end of an invocation the next one comes: instead of the schedule of the trigger. */
  readonly everyMs: number;
  /** Takes a line for each invocation that failed. */
  readonly log?: (line: string) => void;
}

/** Something that fires a timer until it is stopped. */
export interface TimerSource {
  readonly stats: { readonly fired: number; readonly failed: number };
  /** Ends it; resolves when what was fired has ended. */
  stop(): Promise<void>;
}

/** Fires a timer again and again, one invocation at a time: what failed is not tried again before the next tick. */
export function startTimerSource({ functions, name, everyMs, log }: TimerSourceOptions): TimerSource {
  functionOf(functions, name, 'timerTrigger');
  const stats = { fired: 0, failed: 0 };
  let running: Promise<void> = Promise.resolve();
  let stopped = false;

  async function fire(): Promise<void> {
    stats.fired += 1;
    try {
      await fireTimer(functions, name);
    } catch (error) {
      stats.failed += 1;
      log?.(`${name} failed: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (!stopped) arm();
  }

  let timer: NodeJS.Timeout;
  function arm(): void {
    timer = setTimeout(() => {
      running = fire();
    }, everyMs);
  }
  arm();

  return {
    get stats() {
      return { ...stats };
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
