import { type Duration, durationMs } from './duration.ts';
import type { MachineView } from './engine/engine.ts';
import { XorcaError } from './errors.ts';
import { assertOptions } from './options.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { Platform, ProcessStore } from './ports.ts';
import type { ProcessEnvironment } from './process-runner.ts';
import type { Telemetry } from './telemetry.ts';
import { guarded, telemetryOf } from './watch/guarded.ts';

/** How `createRunner` runs an orchestrator on a platform. All have defaults; unknown names and unfit values are `XORCA_CONFIG`. */
export interface RunnerOptions {
  /**
   * `eager` (default): a second write drops what was published from the outbox. `lazy`: the next save does it, which spares
   * that write; without a next event soon, a wake sends once more.
   */
  readonly settle?: 'eager' | 'lazy';
  /** When an unconfirmed event is sent again. Longer than the longest invocation. Default `'1m'`. */
  readonly resendAfter?: Duration;
  /** How many inputs, and for how long, a process remembers. Default 100 and `'14d'`, the longest that SQS keeps a message. */
  readonly dedupe?: { readonly count?: number; readonly age?: Duration };
  /** Processes moved at once by one call. Default 16. */
  readonly concurrency?: number;
  /** Due processes one wake takes. Default 100. */
  readonly wakeLimit?: number;
  /** Records to remember, for a save without a load. Default: the platform's `warm`, or 0. It pays only where one instance sees a process's next event too. */
  readonly warm?: number;
  /** How long promises of a machine (`fromPromise`) may take in one call; what is not settled then runs again later. Default `'10s'`. */
  readonly promiseBudget?: Duration;
  /** Largest data of an incoming event, in bytes. Default 1 MiB, the most any bus here takes. */
  readonly maxEventBytes?: number;
  /** Saves tried when other handlers move the same process. Default 30. */
  readonly maxTries?: number;
  /** With a platform's lock: its lease, and how long to wait for it. Default `'30s'` and `'10s'`. */
  readonly lock?: { readonly ttl?: Duration; readonly timeout?: Duration };
  /** Called after each commit with the machine's state. What it throws is reported and spoils nothing. */
  readonly onSnapshot?: (id: string, snapshot: MachineView) => unknown;
  /** Sees what happens, and lends events their trace: `openTelemetry()` of `@xorca/core/telemetry`. Default: none. */
  readonly telemetry?: Telemetry;
  /** Hears of failures that spoil nothing (onSnapshot, a scheduler's hint). Default: `console.error`. */
  readonly report?: (error: XorcaError) => void;
  /** Source of jitter, 0 to 1. Default `Math.random`. */
  readonly random?: () => number;
}

/** The options with their defaults. */
export interface RunnerSettings extends ProcessEnvironment {
  readonly concurrency: number;
  readonly wakeLimit: number;
  readonly maxEventBytes: number;
}

const OPTIONS: readonly (keyof RunnerOptions)[] = [
  'settle',
  'resendAfter',
  'dedupe',
  'concurrency',
  'wakeLimit',
  'warm',
  'promiseBudget',
  'maxEventBytes',
  'maxTries',
  'lock',
  'onSnapshot',
  'telemetry',
  'report',
  'random',
];

/** Checks options and platform, and fills in what was not said. */
export function resolveSettings(
  orchestrator: Orchestrator,
  platform: Omit<Platform, 'publisher'> & Partial<Pick<Platform, 'publisher'>>,
  options: RunnerOptions,
): RunnerSettings {
  assertOptions(options, OPTIONS, 'createRunner');
  assertOptions(options.dedupe ?? {}, ['count', 'age'], 'createRunner({ dedupe })');
  assertOptions(options.lock ?? {}, ['ttl', 'timeout'], 'createRunner({ lock })');
  const { store, publisher, lock, scheduler, clock, warm, journal } = platform;
  if (typeof store?.load !== 'function' || typeof store.save !== 'function') {
    throw new XorcaError(
      'XORCA_CONFIG',
      'The platform has no store: give one with load, save, due and list, e.g. memoryStore().',
    );
  }
  if (publisher !== undefined && typeof publisher.publish !== 'function') {
    throw new XorcaError(
      'XORCA_CONFIG',
      'The platform has no publisher: give one with publish(events), e.g. memoryPublisher().',
    );
  }
  const { settle = 'eager' } = options;
  if (settle !== 'eager' && settle !== 'lazy') {
    throw new XorcaError('XORCA_CONFIG', `settle must be 'eager' or 'lazy', not ${JSON.stringify(settle)}.`);
  }
  const dedupeAgeMs = durationMs(options.dedupe?.age ?? '14d', 'dedupe.age');
  assertRetention(orchestrator, store, dedupeAgeMs);
  const report = options.report ?? ((error: XorcaError) => console.error(`${error.code}: ${error.message}`));
  return {
    orchestrator,
    store,
    publisher,
    lock,
    scheduler,
    journal,
    tells: journal !== undefined,
    promiseBudgetMs: durationMs(options.promiseBudget ?? '10s', 'promiseBudget'),
    settle,
    carried: publisher !== undefined && store.carries === publisher,
    forgets: orchestrator.forgets || store.forgets === true,
    maxEffectBytes: publisher?.maxEventBytes,
    dedupe: {
      count: whole(options.dedupe?.count, 100, 1, 'dedupe.count'),
      ageMs: dedupeAgeMs,
    },
    // Without a publisher nobody could send again: the caller asks for it by delivering the input again.
    resendAfterMs: publisher
      ? durationMs(options.resendAfter ?? '1m', 'resendAfter')
      : Number.POSITIVE_INFINITY,
    maxOutbox: publisher ? Number.POSITIVE_INFINITY : MAX_UNCONFIRMED,
    concurrency: whole(options.concurrency, 16, 1, 'concurrency'),
    wakeLimit: whole(options.wakeLimit, 100, 1, 'wakeLimit'),
    warm: whole(options.warm ?? warm, 0, 0, 'warm'),
    maxEventBytes: whole(options.maxEventBytes, 1_048_576, 1, 'maxEventBytes'),
    maxTries: whole(options.maxTries, 30, 1, 'maxTries'),
    lockOptions: {
      ttlMs: durationMs(options.lock?.ttl ?? '30s', 'lock.ttl'),
      timeoutMs: durationMs(options.lock?.timeout ?? '10s', 'lock.timeout'),
    },
    onSnapshot: options.onSnapshot,
    telemetry: options.telemetry && guarded(telemetryOf(options.telemetry, 'createRunner'), report),
    report,
    random: options.random ?? Math.random,
    now: clock ? () => clock.now() : Date.now,
  };
}

// A redelivered start must find the process it started, or it would start another.
function assertRetention(orchestrator: Orchestrator, store: ProcessStore, dedupeAgeMs: number): void {
  if (!orchestrator.forgets) return;
  if (!store.delete) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `Orchestrator ${orchestrator.name} has a retention, but the store cannot delete. Use one with \`delete\`.`,
    );
  }
  for (const status of ['done', 'error', 'cancelled'] as const) {
    const ms = orchestrator.retentionMs(status);
    if (ms === undefined || ms >= dedupeAgeMs) continue;
    throw new XorcaError(
      'XORCA_CONFIG',
      `retention.${status} of ${orchestrator.name} is shorter than dedupe.age of createRunner: an event delivered once more could start a deleted process again. Lengthen it, or shorten dedupe.age.`,
    );
  }
}

// A caller that never confirms must not make its records grow: the newest so many effects can be asked for again.
const MAX_UNCONFIRMED = 50;

/** A whole number of at least `least`; `XORCA_CONFIG`, naming the option, when it is none. */
export function whole(value: number | undefined, fallback: number, least: number, option: string): number {
  const chosen = value ?? fallback;
  if (Number.isInteger(chosen) && chosen >= least) return chosen;
  throw new XorcaError(
    'XORCA_CONFIG',
    `${option} must be a whole number of at least ${least}, not ${String(value)}.`,
  );
}
