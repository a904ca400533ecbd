import { type CloudEvent, describeEvent } from '../cloud-event.ts';
import { XorcaError } from '../errors.ts';
import type { Trace } from '../record.ts';
import type { Timers } from '../timers.ts';
import type { CommandHandler } from './on-command.ts';

/** What a call goes by. */
export interface Time {
  readonly timers: Timers;
  readonly now: () => number;
}

/** One command on its way through a handler. */
export interface CommandCall {
  readonly event: CloudEvent;
  readonly processId: string;
  readonly handler: CommandHandler;
  /** Aborted once, by whichever comes first: the end of its time, or whoever calls it off. */
  readonly signal: AbortSignal;
  /** What its answer is to carry. Default: the command's own trace. */
  readonly trace?: Trace;
  isCalledOff(): boolean;
  callOff(): void;
  /** What the work resolves to, or undefined once the time is over: then it is not waited for any longer. */
  within<Result>(until: number, work: Promise<Result>, time: Time): Promise<Result | undefined>;
}

export function commandCall(event: CloudEvent, processId: string, handler: CommandHandler): CommandCall {
  const controller = new AbortController();
  let calledOff = false;
  return {
    event,
    processId,
    handler,
    signal: controller.signal,
    isCalledOff: () => calledOff,
    callOff() {
      calledOff = true;
      controller.abort(cancelled(event, processId));
    },
    async within(until, work, time) {
      let stop = () => {};
      const lateness = new Promise<undefined>((resolve) => {
        stop = alarm(until, time, () => {
          controller.abort(tooLate(event, processId));
          resolve(undefined);
        });
      });
      try {
        const result = await Promise.race([work, lateness]);
        // What a handler answers because of the abort is late, and so is one that never let the timer have its turn.
        return time.now() >= until ? undefined : result;
      } finally {
        stop();
      }
    },
  };
}

/** The error of a command whose answer would come too late. */
export function tooLate(event: CloudEvent, processId: string): XorcaError {
  return new XorcaError(
    'XORCA_DEADLINE',
    `${describeEvent(event)} was not answered in time. Nothing was published; deliver it again.`,
    { processId, retryable: true },
  );
}

function cancelled(event: CloudEvent, processId: string): XorcaError {
  return new XorcaError(
    'XORCA_CANCELLED',
    `${describeEvent(event)} was called off: nobody waits for its answer any more.`,
    { processId },
  );
}

// Timers take at most 2^31 ms and fire at once beyond.
const LONGEST_WAIT_MS = 3_600_000;

/** Calls back at or after a moment; answers how to stop it. */
function alarm(at: number, { timers, now }: Time, ring: () => void): () => void {
  let timer: unknown;
  const wait = () => {
    const left = at - now();
    if (left <= 0) ring();
    else timer = timers.setTimeout(wait, Math.min(left, LONGEST_WAIT_MS));
  };
  if (at < Number.POSITIVE_INFINITY) wait();
  return () => timers.clearTimeout(timer);
}
