import { type Duration, durationMs } from '../duration.ts';
import { XorcaError } from '../errors.ts';
import { assertOptions } from '../options.ts';
import type { Clock, EventPublisher, ProcessStore } from '../ports.ts';
import { whole } from '../runner-options.ts';
import type { Telemetry } from '../telemetry.ts';
import { systemTimers, type Timers } from '../timers.ts';
import { guarded, telemetryOf } from '../watch/guarded.ts';
import { answerBook } from './answer-book.ts';
import type { CarryOutSettings } from './carry-out.ts';
import type { Fleet } from './fleet.ts';

/** The ports a fleet runs on; any platform will do. */
export interface FleetPlatform {
  readonly publisher: EventPublisher;
  /** Default: the system's clock and timers. They must go by the same time. */
  readonly clock?: Clock;
  readonly timers?: Timers;
}

/** How `createFleetRunner` carries out commands. Spans are `Duration`s. Unknown names are `XORCA_CONFIG`. */
export interface FleetRunnerOptions {
  /**
   * Remembers answers, so that a command that comes again gets the very answer it got before. Each answer is one record of the
   * store (under `orchestrator` `fleet:<name>`, deleted by `wake` once it was kept for `keep`). Default for `keep`: `'14d'`, the
   * longest that SQS keeps a message. Without it a command that comes again is carried out again.
   */
  readonly idempotency?: { readonly store: ProcessStore; readonly keep?: Duration };
  /** Commands carried out at once by one call. Default 16. */
  readonly concurrency?: number;
  /** Largest data of an incoming event, in bytes. Default 1 MiB, the most any bus here takes. */
  readonly maxEventBytes?: number;
  /** How long a handler may take. Default: until the call's `deadlineAt`; for ever, if it has none. */
  readonly timeout?: Duration;
  /** Sees what happens, and lends answers their trace: `openTelemetry()` of `@xorca/core/telemetry`. Default: none. */
  readonly telemetry?: Telemetry;
  /** Hears of what spoils nothing: a handler that ended after it was given up. Default: `console.error`. */
  readonly report?: (error: XorcaError) => void;
}

/** The options with their defaults. */
export interface FleetSettings extends CarryOutSettings {
  readonly store: ProcessStore | undefined;
  readonly concurrency: number;
  readonly maxEventBytes: number;
  readonly telemetry: Telemetry | undefined;
}

/** Checks options and platform, and fills in what was not said. */
export function fleetSettings(
  fleet: Fleet,
  platform: FleetPlatform,
  options: FleetRunnerOptions,
): FleetSettings {
  assertOptions(
    options,
    ['idempotency', 'concurrency', 'maxEventBytes', 'timeout', 'telemetry', 'report'],
    'createFleetRunner',
  );
  if (typeof fleet?.handler !== 'function') {
    throw new XorcaError('XORCA_CONFIG', 'createFleetRunner needs a fleet made by createFleet.');
  }
  const { publisher, clock = Date, timers = systemTimers } = platform ?? {};
  if (typeof publisher?.publish !== 'function') {
    throw new XorcaError(
      'XORCA_CONFIG',
      'The platform has no publisher: give one with publish(events), e.g. memoryPublisher().',
    );
  }
  const { idempotency, timeout } = options;
  const report = options.report ?? ((error: XorcaError) => console.error(`${error.code}: ${error.message}`));
  const now = () => clock.now();
  return {
    source: fleet.source,
    maxAnswerBytes: publisher.maxEventBytes,
    now,
    timers,
    publisher,
    store: idempotency?.store,
    answers: idempotency && answersIn(idempotency, { fleet: fleet.name, publisher, now }),
    timeoutMs: timeout === undefined ? Number.POSITIVE_INFINITY : durationMs(timeout, 'timeout'),
    concurrency: whole(options.concurrency, 16, 1, 'concurrency'),
    telemetry: options.telemetry && guarded(telemetryOf(options.telemetry, 'createFleetRunner'), report),
    maxEventBytes: whole(options.maxEventBytes, 1_048_576, 1, 'maxEventBytes'),
    report(error) {
      try {
        report(error);
      } catch {
        // Nobody is left to tell.
      }
    },
  };
}

function answersIn(
  idempotency: NonNullable<FleetRunnerOptions['idempotency']>,
  { fleet, publisher, now }: { fleet: string; publisher: EventPublisher; now: () => number },
) {
  assertOptions(idempotency, ['store', 'keep'], 'createFleetRunner({ idempotency })');
  const { store, keep = '14d' } = idempotency;
  // Without delete it would grow for ever.
  const methods = [store?.load, store?.save, store?.due, store?.delete];
  if (!methods.every((method) => typeof method === 'function')) {
    throw new XorcaError(
      'XORCA_CONFIG',
      'idempotency.store must be a process store with load, save, due and delete, e.g. memoryStore().',
    );
  }
  return answerBook({ fleet, store, publisher, now, keepMs: durationMs(keep, 'idempotency.keep') });
}
