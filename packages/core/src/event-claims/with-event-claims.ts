import type { CloudEvent } from '../cloud-event.ts';
import { type FailedPublish, PublishError, XorcaError } from '../errors.ts';
import { mapLimit } from '../map-limit.ts';
import { assertOptions } from '../options.ts';
import type { EventPublisher } from '../ports.ts';
import { failuresOf } from '../publish.ts';
import type { ObjectStorage } from '../stores/object-storage.ts';
import { type ClaimSettings, claimData, largeJson, type Outgoing } from './outgoing-event.ts';

/** Options of `withEventClaims`. */
export interface EventClaimOptions {
  /** Where large data goes. Its condition is never used: an object's key follows from its content. */
  readonly objects: ObjectStorage;
  /**
   * Events whose JSON has more UTF-8 bytes leave their data in `objects`. Default: `maxEventBytes` of the publisher; needed where it names
   * none, and never above it.
   */
  readonly threshold?: number;
  /** The largest event, in bytes of its JSON with its data. Default 16,777,216 (16 MiB), what `readEventClaims` reads. */
  readonly maxEventBytes?: number;
  /** Put before every key, such as `'xorca/'`: the same as in `readEventClaims`. Default: none. */
  readonly prefix?: string;
}

const OPTIONS: readonly (keyof EventClaimOptions)[] = ['objects', 'threshold', 'maxEventBytes', 'prefix'];
// A data may be megabytes: four at once hide the latency, and hold no more of them in memory than need be.
const PUTS_AT_ONCE = 4;

/**
 * A publisher that puts the data of large events into an object storage, and sends such an event with the CloudEvents extension
 * `dataref` in place of its data: for buses with small messages. Small events pass as they are, all in one call and in their order.
 * `readEventClaims` gives the data back at the other end.
 *
 * The object is written before its event is sent, under a key that follows from the event's name and data: sent again, it is the same
 * object. Nothing here removes one; give `<prefix>event/` a lifecycle rule (30 days).
 *
 * Where the storage does not answer, its events, and later ones of their subjects, are named in the `PublishError` to go later; all others
 * go out. An event over `maxEventBytes`, or too large for the bus without its data, is refused for good. `XORCA_CONFIG` for an unfit option.
 *
 * @example
 * const publisher = withEventClaims(bus, { objects: bucket, threshold: 262_144 })
 */
export function withEventClaims(publisher: EventPublisher, options: EventClaimOptions): EventPublisher {
  const settings = settingsOf(publisher, options);
  const { threshold, maxEventBytes } = settings;

  return {
    maxEventBytes,
    async publish(events) {
      const jsons = events.map((event) => largeJson(event, threshold));
      if (jsons.every((json) => json === undefined)) return publisher.publish(events);
      const prepared = await mapLimit([...events.entries()], PUTS_AT_ONCE, async ([at, event]) => {
        const json = jsons[at];
        return json === undefined ? { event } : claimData(event, json, settings);
      });
      const { ready, failed } = inOrder(events, prepared);
      if (ready.length > 0) {
        try {
          await publisher.publish(ready);
        } catch (error) {
          if (failed.size === 0) throw error;
          for (const one of failuresOf(error, ready)) failed.set(one.id, one);
          throw new PublishError([...failed.values()], { cause: error });
        }
      }
      if (failed.size > 0) throw new PublishError([...failed.values()]);
    },
  };
}

/** What may go out now: nothing overtakes an earlier event of its subject that goes later. One refused for good is not waited for. */
function inOrder(
  events: readonly CloudEvent[],
  prepared: readonly Outgoing[],
): { readonly ready: readonly CloudEvent[]; readonly failed: Map<string, FailedPublish> } {
  const ready: CloudEvent[] = [];
  const failed = new Map<string, FailedPublish>();
  const waiting = new Map<string, string>();
  for (const [at, { id, subject = '' }] of events.entries()) {
    const one = prepared[at] as Outgoing;
    const before = waiting.get(subject);
    if (one.failed) {
      failed.set(id, one.failed);
      if (one.failed.retryable) waiting.set(subject, before ?? id);
    } else if (before !== undefined) {
      const reason = `not sent, to keep the order of its subject: event ${before} before it goes later`;
      failed.set(id, { id, reason, retryable: true });
    } else ready.push(one.event);
  }
  return { ready, failed };
}

function settingsOf(publisher: EventPublisher, options: EventClaimOptions): ClaimSettings {
  assertOptions(options, OPTIONS, 'withEventClaims');
  const busBytes = publisher.maxEventBytes;
  const { objects, prefix = '', threshold = busBytes, maxEventBytes = 16 * 1024 * 1024 } = options;
  if (typeof objects?.put !== 'function') {
    throw config('withEventClaims needs objects: an object storage for large data.');
  }
  if (threshold === undefined) {
    throw config(
      'withEventClaims needs a threshold in bytes: its publisher names no maxEventBytes to go by. Give the largest event that the bus takes.',
    );
  }
  if (!(threshold >= 0))
    throw config(`threshold of withEventClaims must be a number of bytes, not ${threshold}.`);
  if (busBytes !== undefined && threshold > busBytes) {
    throw config(
      `threshold of withEventClaims is ${threshold}, but its publisher takes ${busBytes} bytes: what lies between could not be sent. Lower it.`,
    );
  }
  if (!(maxEventBytes >= threshold)) {
    throw config(
      `maxEventBytes of withEventClaims must be a number of bytes, at least its threshold (${threshold}), not ${maxEventBytes}.`,
    );
  }
  return { objects, prefix, threshold, maxEventBytes, busBytes };
}

function config(message: string): XorcaError {
  return new XorcaError('XORCA_CONFIG', message);
}
