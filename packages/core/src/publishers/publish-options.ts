import { XorcaError } from '../errors.ts';
import { type EventClaimOptions, withEventClaims } from '../event-claims/with-event-claims.ts';
import { assertOptions } from '../options.ts';
import type { EventPublisher } from '../ports.ts';
import type { Timers } from '../timers.ts';

/** What a publisher over a service may be told. */
export interface PublishOptions {
  /** Largest event, in bytes of its JSON. Default: what the service takes. Lower it where what comes behind it takes less. */
  readonly maxEventBytes?: number;
  /**
   * Where the data of larger events goes; the event then carries a reference, which a handler with the same option follows. Default:
   * a larger event is an error of the step that decided on it.
   */
  readonly claimCheck?: Pick<EventClaimOptions, 'objects' | 'prefix' | 'maxEventBytes'>;
  /** What waiting between tries uses. Default: the system's timers. */
  readonly timers?: Timers;
  /** 0 to 1, for the jitter. Default `Math.random`. */
  readonly random?: () => number;
}

/** Throws `XORCA_CONFIG` for an option that does not exist or does not fit; `own`: what the publisher `where` knows beside these; `most`: bytes that its service takes. */
export function assertPublishOptions(
  options: PublishOptions,
  own: readonly string[],
  where: string,
  most: number,
): void {
  assertOptions(options ?? {}, ['maxEventBytes', 'claimCheck', 'timers', 'random', ...own], where);
  const { maxEventBytes } = options;
  if (
    maxEventBytes === undefined ||
    (Number.isInteger(maxEventBytes) && maxEventBytes >= 1 && maxEventBytes <= most)
  )
    return;
  throw new XorcaError(
    'XORCA_CONFIG',
    `maxEventBytes of ${where} must be a whole number from 1 to ${most}, not ${String(maxEventBytes)}.`,
  );
}

/** The publisher, with a claim check around it if it was asked for. */
export function withClaims(publisher: EventPublisher, { claimCheck }: PublishOptions): EventPublisher {
  return claimCheck ? withEventClaims(publisher, claimCheck) : publisher;
}
