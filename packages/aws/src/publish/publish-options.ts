import { type EventPublisher, XorcaError } from '@xorca/core';
import { assertOptions, type Timers } from '@xorca/core/backend';
import { type EventClaimOptions, withEventClaims } from '@xorca/core/codec';
import { type AwsConnection, CONNECTION_OPTIONS } from '../aws-client.ts';

/** What all publishers of AWS may be told. */
export interface PublishOptions extends AwsConnection {
  /** Largest event, in bytes of its JSON. Default: what the service takes. Lower it where what comes behind it takes less. */
  readonly maxEventBytes?: number;
  /**
   * Where the data of larger events goes; the event then carries a reference, which `lambdaHandler` with the same option follows. Default:
   * a larger event is an error of the step that decided on it.
   */
  readonly claimCheck?: Pick<EventClaimOptions, 'objects' | 'prefix' | 'maxEventBytes'>;
  /** What waiting between tries uses. Default: the system's timers. */
  readonly timers?: Timers;
  /** 0 to 1, for the jitter. Default `Math.random`. */
  readonly random?: () => number;
}

/** Throws `XORCA_CONFIG` for an option that does not exist or does not fit. */
export function assertPublishOptions(
  options: PublishOptions,
  own: readonly string[],
  where: string,
  most: number,
): void {
  assertOptions(
    options ?? {},
    [...CONNECTION_OPTIONS, 'maxEventBytes', 'claimCheck', 'timers', 'random', ...own],
    where,
  );
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
