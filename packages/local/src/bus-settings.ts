import type { Clock } from '@xorca/core';
import { assertOptions, systemTimers, type Timers } from '@xorca/core/backend';
import type { SqliteDatabase } from './sqlite-database.ts';
import type { RetryPlan } from './subscriber.ts';
import { assertWhole } from './whole-option.ts';

/** Options of `localBus`: a file's path, or a database that is open already. */
export type LocalBusOptions = ({ readonly path: string } | { readonly database: SqliteDatabase }) & {
  /** How often a handler may fail over an event before it becomes a dead letter. Default 10. */
  readonly maxAttempts?: number;
  /** Bound of the first retry's delay; it doubles with each, and the delay is anything below it. Default 200. */
  readonly baseDelayMs?: number;
  /** The bound's own bound. Default 30,000. */
  readonly maxDelayMs?: number;
  /** Largest event, in bytes of its JSON. Default 1,048,576, what Azure Event Grid takes. */
  readonly maxEventBytes?: number;
  /** Dates dead letters. Default: the system's clock. */
  readonly clock?: Clock;
  /** What retries and a handler's `timeoutMs` wait with. Default: the system's timers. */
  readonly timers?: Timers;
  /** 0 to 1, for the jitter. Default `Math.random`. */
  readonly random?: () => number;
};

/** The options with their defaults. */
export interface BusSettings {
  readonly retry: RetryPlan;
  readonly maxEventBytes: number;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: () => number;
}

const OPTIONS = 'path database maxAttempts baseDelayMs maxDelayMs maxEventBytes clock timers random'.split(
  ' ',
);

/** Checks the options and fills in what was not said; `XORCA_CONFIG` for one that is unknown or unfit. */
export function busSettings(options: LocalBusOptions): BusSettings {
  assertOptions(options, OPTIONS, 'localBus');
  const { clock = Date, timers = systemTimers, random = Math.random, maxEventBytes = 1_048_576 } = options;
  const { maxAttempts = 10, baseDelayMs = 200, maxDelayMs = 30_000 } = options;
  assertWhole(maxAttempts, 'maxAttempts');
  assertWhole(baseDelayMs, 'baseDelayMs', 0);
  assertWhole(maxDelayMs, 'maxDelayMs', 0);
  assertWhole(maxEventBytes, 'maxEventBytes');
  return { retry: { maxAttempts, baseDelayMs, maxDelayMs }, maxEventBytes, clock, timers, random };
}
