import { type Duration, durationMs } from '../duration.ts';
import { XorcaError } from '../errors.ts';
import type { ReadEventClaimOptions } from '../event-claims/read-event-claims.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { assertOptions } from '../options.ts';
import type { Orchestrator } from '../orchestrator.ts';
import type { Outcome } from '../outcome.ts';
import { systemTimers, type Timers } from '../timers.ts';
import type { DeadLetter } from './dead-letter.ts';
import type { RunnerOptionsOf } from './handler-types.ts';
import type { Verify } from './http-request.ts';
import { consoleLog, type LogEntry } from './log-entry.ts';

/** How a handler does its work. All have defaults; unknown names and unfit values are `XORCA_CONFIG`, at the cold start. */
export interface HandlerOptions<What extends Orchestrator | Fleet = Orchestrator | Fleet> {
  /** Options of the runner, as `createRunner` or `createFleetRunner` takes them. */
  readonly runner?: RunnerOptionsOf<What>;
  /**
   * How long before the end of the invocation nothing new is begun: what is under way must be saved and published by then. Default
   * `'1s'`. What is cut off all the same loses nothing; it comes again.
   */
  readonly stopBefore?: Duration;
  /**
   * Gives events their data back that a publisher with a claim check put into this storage: see `readEventClaims` of `@xorca/core/codec`. The
   * runner's `maxEventBytes` is then its `maxBytes` (default 16 MiB), unless `runner` says otherwise.
   */
  readonly claimCheck?: Omit<ReadEventClaimOptions, 'clock'>;
  /** Gets what was not taken, and why. Default: a line of JSON by `console.warn` or `console.error`. */
  readonly log?: (entry: LogEntry) => void;
  /** Called with the outcome of each event, for figures of your own. What it throws is logged and spoils nothing. */
  readonly onOutcome?: (outcome: Outcome) => unknown;
  /**
   * Puts aside what can never be taken. It is then acknowledged, in place of coming again until its queue has enough of it; when this
   * throws, it comes again. Not called for HTTP, whose sender is told at once.
   */
  readonly deadLetters?: (letter: DeadLetter) => Promise<void>;
  /**
   * Whether an HTTP request may come in: only `true` lets it. Anything else is answered by 401, something with a `status` (a `Response`, or
   * `{ status: 403 }`) by that one. It is asked before anything is read of the request. Default: all may, since an authorizer stands before it.
   */
  readonly verify?: Verify;
  /**
   * Origins that may send CloudEvents by webhook, for the handshake of its specification (`OPTIONS` with `WebHook-Request-Origin`):
   * `['eventgrid.azure.net']`; `'*'` among them: any. Default: none, and the handshake is answered by 405.
   */
  readonly allowedOrigins?: readonly string[];
  /** What waiting uses: before what failed is given back, for a wake that is a little early. Default: the system's timers. */
  readonly timers?: Timers;
  /** 0 to 1, for the jitter of waiting. Default `Math.random`. */
  readonly random?: () => number;
  /** Largest body of an HTTP request, in bytes. Default: `maxEventBytes` of the runner, or 1,048,576 (1 MiB). */
  readonly maxBodyBytes?: number;
}

/** The options with their defaults. */
export interface HandlerSettings {
  readonly onOutcome: HandlerOptions['onOutcome'] | undefined;
  readonly deadLetters: HandlerOptions['deadLetters'] | undefined;
  readonly verify: Verify | undefined;
  readonly allowedOrigins: readonly string[] | undefined;
  readonly stopBeforeMs: number;
  readonly log: (entry: LogEntry) => void;
  readonly maxBodyBytes: number;
  readonly timers: Timers;
  readonly random: () => number;
}

const OPTIONS: readonly (keyof HandlerOptions)[] = [
  'runner',
  'stopBefore',
  'claimCheck',
  'log',
  'onOutcome',
  'deadLetters',
  'verify',
  'allowedOrigins',
  'maxBodyBytes',
  'timers',
  'random',
];

// A load, two saves and the publishing take some 10 ms each, and a slow one some 100; Lambda's default for a whole function is 3 s.
const STOP_BEFORE = '1s';

/** Checks options, and fills in what was not said; `own`: what the handler `where` knows beside these. */
export function handlerSettings(
  options: HandlerOptions,
  where: string,
  own: readonly string[] = [],
): HandlerSettings {
  if (typeof options !== 'object' || options === null) {
    throw new XorcaError('XORCA_CONFIG', `The options of ${where} must be an object, not ${typeof options}.`);
  }
  assertOptions(options, [...OPTIONS, ...own], where);
  const { onOutcome, deadLetters, verify, allowedOrigins, log = consoleLog } = options;
  const { timers = systemTimers, random = Math.random } = options;
  for (const [name, value] of Object.entries({ log, onOutcome, deadLetters, verify, random })) {
    if (value !== undefined && typeof value !== 'function') {
      throw new XorcaError('XORCA_CONFIG', `${name} of ${where} must be a function, not ${typeof value}.`);
    }
  }
  return {
    stopBeforeMs: durationMs(options.stopBefore ?? STOP_BEFORE, `stopBefore of ${where}`),
    log,
    onOutcome,
    deadLetters,
    verify,
    timers,
    random,
    allowedOrigins: originsOf(allowedOrigins, where),
    maxBodyBytes: bytesOf(options.maxBodyBytes ?? options.runner?.maxEventBytes ?? 1_048_576, where),
  };
}

function originsOf(origins: unknown, where: string): readonly string[] | undefined {
  if (origins === undefined) return undefined;
  const isList =
    Array.isArray(origins) && origins.every((each) => typeof each === 'string' && each.trim() !== '');
  if (isList) return origins as readonly string[];
  throw new XorcaError(
    'XORCA_CONFIG',
    `allowedOrigins of ${where} must be a list of host names, such as ['eventgrid.azure.net'], or ['*'].`,
  );
}

function bytesOf(value: unknown, where: string): number {
  if (Number.isSafeInteger(value) && (value as number) > 0) return value as number;
  throw new XorcaError(
    'XORCA_CONFIG',
    `maxBodyBytes of ${where} must be a whole number from 1, not ${JSON.stringify(value)}.`,
  );
}
