import { fullJitter } from '../backoff.ts';
import type { CloudEvent } from '../cloud-event.ts';
import { type FailedPublish, messageOf, PublishError } from '../errors.ts';
import type { EventPublisher } from '../ports.ts';
import { systemTimers, type Timers } from '../timers.ts';
import type { BatchService } from './batch-service.ts';
import { type Outgoing, sendBatches } from './send-batches.ts';

/** What waiting between tries goes by. */
export interface Pauses {
  readonly timers?: Timers | undefined;
  readonly random?: (() => number) | undefined;
}

// An entry is refused for now by a throttle or a fault of the moment; what lasts longer is for the outbox, which sends again in a minute.
const TRIES = 4;
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1_000;

/**
 * A publisher that sends batch after batch, so that what goes well arrives in order; sends only what was not taken once more; and lets no
 * event of a subject overtake one in a later batch. A call that fails as a whole is not made again here: the SDK has done that.
 */
export function batchPublisher<Entry>(
  service: BatchService<Entry>,
  { timers = systemTimers, random = Math.random }: Pauses = {},
): EventPublisher {
  /** What can be sent; what cannot is noted. One bad event must not keep its neighbours. */
  function prepare(events: readonly CloudEvent[], failed: Map<number, FailedPublish>): Outgoing<Entry>[] {
    const ready: Outgoing<Entry>[] = [];
    for (const [place, event] of events.entries()) {
      const made = entryOf(event);
      if ('fault' in made) failed.set(place, { id: event.id, reason: made.fault, retryable: false });
      else ready.push({ event, place, ...made });
    }
    return ready;
  }

  function entryOf(event: CloudEvent): ReturnType<BatchService<Entry>['entryOf']> {
    try {
      return service.entryOf(event);
    } catch (error) {
      return { fault: `it cannot be written as JSON: ${messageOf(error)}` };
    }
  }

  return {
    maxEventBytes: service.maxEventBytes,
    async publish(events) {
      const failed = new Map<number, FailedPublish>();
      let left = prepare(events, failed);
      for (let tries = 0; left.length > 0; tries++) {
        const { again, isAway } = await sendBatches(service, left, failed);
        left = again;
        if (isAway || left.length === 0 || tries === TRIES - 1) break;
        const wait = fullJitter(tries, FIRST_WAIT_MS, LONGEST_WAIT_MS, random);
        await new Promise<void>((resolve) => timers.setTimeout(resolve, wait));
      }
      if (failed.size > 0) throw new PublishError(namedOnce(failed));
    },
  };
}

/** In the order of the events. Of two with one id, what may go later counts: nobody would send it again otherwise. */
function namedOnce(failed: ReadonlyMap<number, FailedPublish>): FailedPublish[] {
  const named = new Map<string, FailedPublish>();
  for (const [, one] of [...failed].sort(([a], [b]) => a - b)) {
    if (one.retryable || !named.has(one.id)) named.set(one.id, one);
  }
  return [...named.values()];
}
