import { isXorcaError, messageOf, XorcaError } from '../errors.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Orchestrator } from '../orchestrator.ts';
import type { Outcome } from '../outcome.ts';
import type { Scheduler } from '../ports.ts';
import type { Delivered } from './delivered.ts';
import { type HandlerOptions, type HandlerSettings, handlerSettings } from './handler-options.ts';
import { type AnyRunner, handlerRunner } from './handler-runner.ts';
import { logEntry, type Trouble } from './log-entry.ts';

/** What every trigger works with: a runner, and the settings of its handler. Made once, at the cold start. */
export interface Work extends Omit<HandlerSettings, 'log' | 'onOutcome' | 'stopBeforeMs'> {
  /** The factory whose handler this is, for errors. */
  readonly where: string;
  readonly of: AnyRunner;
  /** By the platform's clock. */
  now(): number;
  /** The platform's, which a wake that comes early is given back to. */
  readonly scheduler: Scheduler | undefined;
  /** Waits, but no longer than until the deadline. */
  pause(ms: number, deadlineAt: number): Promise<void>;
  /** Takes the envelopes of the platform off a delivery. */
  read(body: unknown): Delivered;
  /** Epoch ms after which nothing is begun in this invocation, by how many ms it has left; Infinity where nobody says that. */
  deadlineIn(leftMs: number | undefined): number;
  /** Leads events through the runner, and tells of their outcomes. */
  handle(events: readonly unknown[], deadlineAt: number): Promise<readonly Outcome[]>;
  /** Tells of an outcome that came about without the runner. */
  tell(outcome: Outcome): Promise<void>;
  /** Logs what was not taken. Never throws. */
  warn(trouble: Trouble): void;
}

/** What is a platform's own about its handlers. */
export interface WorkOptions {
  readonly read: Work['read'];
  /** Options beside those that all handlers have. */
  readonly own?: readonly string[];
}

/** Checks everything and makes the runner. */
export function workOf(
  where: string,
  what: Orchestrator | Fleet,
  platform: unknown,
  options: HandlerOptions,
  { read, own }: WorkOptions,
): Work {
  const { log, onOutcome, stopBeforeMs, ...settings } = handlerSettings(options, where, own);
  const of = handlerRunner(what, platform, options, where);
  const { clock = Date, scheduler } = platform as { clock?: { now(): number }; scheduler?: Scheduler };
  const now = () => clock.now();

  function warn(trouble: Trouble): void {
    try {
      log(logEntry(trouble));
    } catch {
      // Nobody is left to tell, and a log must not decide what becomes of a message.
    }
  }

  async function tell(outcome: Outcome): Promise<void> {
    try {
      await onOutcome?.(outcome);
    } catch (cause) {
      const error = new XorcaError('XORCA_HANDLER', `onOutcome of ${where} threw: ${messageOf(cause)}.`, {
        cause,
      });
      warn({ level: 'warn', error, event: outcome.event, next: 'The outcome stays as it is.' });
    }
  }

  return {
    ...settings,
    where,
    of,
    now,
    pause: (ms, deadlineAt) => {
      const wait = Math.max(0, Math.min(ms, deadlineAt - now()));
      return new Promise<void>((resolve) => void settings.timers.setTimeout(resolve, wait));
    },
    tell,
    warn,
    read,
    scheduler,
    deadlineIn(left) {
      if (left === undefined) return Number.POSITIVE_INFINITY;
      if (left <= stopBeforeMs) warn({ level: 'error', ...noTime(where, left, stopBeforeMs) });
      return now() + left - stopBeforeMs;
    },
    async handle(events, deadlineAt) {
      if (events.length === 0) return [];
      const outcomes = await of.runner.handle(events, { deadlineAt });
      for (const outcome of outcomes) await tell(outcome);
      return outcomes;
    },
  };
}

// A function whose timeout is too short would hand back everything for ever, and each message would only say that there was no time.
function noTime(where: string, left: number, stopBeforeMs: number) {
  const message = `This invocation began with ${left} ms left, and ${where} stops ${stopBeforeMs} ms before the end (stopBefore), so nothing is done.`;
  return {
    error: new XorcaError('XORCA_DEADLINE', message, { retryable: true }),
    next: "Give the function a longer timeout if it is so each time; 'stopBefore' may be shorter, too.",
  };
}

/** Anything that was thrown, as an error of xorca. */
export function asXorcaError(thrown: unknown, what: string): XorcaError {
  if (isXorcaError(thrown)) return thrown;
  return new XorcaError('XORCA_UNAVAILABLE', `${what}: ${messageOf(thrown)}.`, {
    retryable: true,
    cause: thrown,
  });
}
