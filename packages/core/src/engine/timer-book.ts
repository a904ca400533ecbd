import { XorcaError } from '../errors.ts';
import { pathOf } from './actor-path.ts';
import type { ActorPath, MachineEvent, Timer } from './engine.ts';
import type { ActorSystemInternals } from './xstate-internals.ts';

/** The delayed events of one actor system, caught before any real clock sees them. */
export interface TimerBook {
  readonly timers: ReadonlyMap<string, Timer>;
  /** Last number given out, for the record. A method: a getter would give each object a hidden class of its own. */
  sequence(): number;
  /** Takes a timer out if it is still armed as given, else answers false. */
  take(timer: Timer): boolean;
  clear(): void;
}

/**
 * Puts itself in the place of the system's scheduler. It must happen before the root starts: entering a state schedules its
 * `after` only then.
 */
export function keepTimers(
  system: ActorSystemInternals,
  from: {
    readonly timers: readonly Timer[];
    readonly sequence: number;
    readonly now: number;
    readonly processId: string;
  },
): TimerBook {
  const timers = new Map(from.timers.map((timer) => [timer.key, timer]));
  let sequence = from.sequence;
  system.scheduler = {
    hear: undefined,
    schedule(source, target, event, delay, id) {
      if (!Number.isFinite(delay)) {
        throw new XorcaError(
          'XORCA_MACHINE',
          `A delay of process ${JSON.stringify(from.processId)} for ${event.type} is ${delay}, not a number of milliseconds.`,
          { processId: from.processId },
        );
      }
      const token = ++sequence;
      const path = pathOf(source);
      const key = keyOf(path, id ?? `delayed.${token}`);
      timers.set(key, {
        key,
        at: from.now + Math.max(0, delay),
        token,
        from: path,
        to: pathOf(target),
        event: event as MachineEvent,
      });
    },
    cancel(source, id) {
      timers.delete(keyOf(pathOf(source), id));
    },
    cancelAll(actor) {
      if (timers.size === 0) return;
      const path = JSON.stringify(pathOf(actor));
      for (const timer of timers.values()) if (JSON.stringify(timer.from) === path) timers.delete(timer.key);
    },
  };
  return {
    timers,
    sequence: () => sequence,
    take(timer) {
      return timers.get(timer.key)?.token === timer.token && timers.delete(timer.key);
    },
    clear() {
      timers.clear();
    },
  };
}

/** Names a timer within its process: the sender's path and the send id. */
export function keyOf(path: ActorPath, id: string): string {
  return path.length === 0 ? id : JSON.stringify([...path, id]);
}
