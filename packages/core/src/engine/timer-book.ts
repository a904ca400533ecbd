import type { AnyEventObject } from 'xstate';
import { XorcaError } from '../errors.ts';
import { pathOf } from './actor-path.ts';
import type { ActorPath, MachineEvent, Timer } from './engine.ts';
import type { ActorNode, ActorSystemInternals, Scheduler } from './xstate-internals.ts';

/** The delayed events of one actor system, caught before any real clock sees them: its scheduler. */
export interface TimerBook extends Scheduler {
  readonly timers: Map<string, Timer>;
  /** Last number given out, for the record. */
  sequence: number;
  readonly now: number;
  readonly processId: string;
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
  const { sequence, now, processId } = from;
  const timers = new Map(from.timers.map((timer) => [timer.key, timer]));
  // Whoever listens through the scheduler before goes on listening.
  const { recorder } = system.scheduler;
  const book = { timers, sequence, now, processId, recorder, schedule, cancel, cancelAll };
  system.scheduler = book;
  return book;
}

/** Takes a timer out if it is still armed as given, else answers false. */
export function takeTimer({ timers }: TimerBook, timer: Timer): boolean {
  return timers.get(timer.key)?.token === timer.token && timers.delete(timer.key);
}

function schedule(
  this: TimerBook,
  source: ActorNode,
  target: ActorNode,
  event: AnyEventObject,
  delay: number,
  id?: string,
): void {
  if (!Number.isFinite(delay)) {
    throw new XorcaError(
      'XORCA_MACHINE',
      `A delay of process ${JSON.stringify(this.processId)} for ${event.type} is ${delay}, not a number of milliseconds.`,
      { processId: this.processId },
    );
  }
  const token = ++this.sequence;
  const from = pathOf(source);
  const key = keyOf(from, id ?? `delayed.${token}`);
  const at = this.now + Math.max(0, delay);
  this.timers.set(key, { key, at, token, from, to: pathOf(target), event: event as MachineEvent });
}

function cancel(this: TimerBook, source: ActorNode, id: string): void {
  this.timers.delete(keyOf(pathOf(source), id));
}

function cancelAll(this: TimerBook, actor: ActorNode): void {
  if (this.timers.size === 0) return;
  const path = JSON.stringify(pathOf(actor));
  for (const timer of this.timers.values()) {
    if (JSON.stringify(timer.from) === path) this.timers.delete(timer.key);
  }
}

/** Names a timer within its process: the sender's path and the send id. */
export function keyOf(path: ActorPath, id: string): string {
  return path.length === 0 ? id : JSON.stringify([...path, id]);
}
