import {
  type CloudEvent,
  type EventPublisher,
  type FailedPublish,
  isXorcaError,
  PublishError,
  type XorcaError,
} from '@xorca/core';
import { fullJitter, systemTimers } from '@xorca/core/backend';
import { batches } from './batches.ts';

/** An event as a service wants it. */
export interface Outgoing<Entry> {
  readonly event: CloudEvent;
  readonly entry: Entry;
  /** As the service counts them. */
  readonly bytes: number;
}

/** Why an entry of a batch was not taken. */
export interface Refused {
  /** Its place in the batch. */
  readonly at: number;
  readonly reason: string;
  readonly retryable: boolean;
}

/** A service that takes batches. */
export interface BatchService<Entry> {
  readonly maxEntries: number;
  readonly maxBatchBytes: number;
  readonly maxEventBytes: number;
  /** The entry of an event, or why it can never be sent. */
  entryOf(event: CloudEvent): { readonly entry: Entry; readonly bytes: number } | { readonly fault: string };
  /** Sends a batch; gives the entries that were not taken. Throws when the call as a whole failed. */
  send(entries: readonly Entry[]): Promise<readonly Refused[]>;
  /** What a call that failed is told as. */
  failed(cause: unknown): Promise<XorcaError>;
}

// An entry is refused for now by a throttle or a fault of the moment; what lasts longer is for the outbox, which sends again in a minute.
const TRIES = 4;
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1_000;

/**
 * A publisher that sends batch after batch, so that what goes well arrives in order; sends only what was not taken once more; and lets no
 * event of a subject overtake one in a later batch.
 */
export function batchPublisher<Entry>(service: BatchService<Entry>): EventPublisher {
  const { maxEventBytes, maxEntries, maxBatchBytes } = service;

  async function publish(events: readonly CloudEvent[]): Promise<void> {
    const failed = new Map<CloudEvent, FailedPublish>();
    let left: Outgoing<Entry>[] = [];
    for (const event of events) {
      const made = service.entryOf(event);
      if ('fault' in made) failed.set(event, { id: event.id, reason: made.fault, retryable: false });
      else left.push({ event, ...made });
    }
    for (let tries = 1; left.length > 0; tries++) {
      const again = await sendAll(left, failed);
      if (again === undefined || again.length === 0 || tries === TRIES) break;
      left = again;
      const wait = fullJitter(tries - 1, FIRST_WAIT_MS, LONGEST_WAIT_MS, Math.random);
      await new Promise<void>((resolve) => systemTimers.setTimeout(resolve, wait));
    }
    if (failed.size > 0) throw new PublishError(events.flatMap((event) => failed.get(event) ?? []));
  }

  /** Sends what is left, and notes in `failed` what did not go out. Gives what may go at once; undefined when the service does not work. */
  async function sendAll(
    left: readonly Outgoing<Entry>[],
    failed: Map<CloudEvent, FailedPublish>,
  ): Promise<Outgoing<Entry>[] | undefined> {
    const again: Outgoing<Entry>[] = [];
    const held = new Set<string>();
    const keep = (one: Outgoing<Entry>, reason: string) => {
      again.push(one);
      held.add(one.event.subject ?? '');
      failed.set(one.event, { id: one.event.id, reason, retryable: true });
    };
    const queue = batches(left, { entries: maxEntries, bytes: maxBatchBytes });
    for (let batch = queue.shift(); batch; batch = queue.shift()) {
      const free: Outgoing<Entry>[] = [];
      for (const one of batch) {
        if (held.has(one.event.subject ?? ''))
          keep(one, 'an event of its subject that comes before it did not go out');
        else free.push(one);
      }
      if (free.length === 0) continue;
      let refused: readonly Refused[];
      try {
        refused = await service.send(free.map(({ entry }) => entry));
      } catch (cause) {
        const error = await service.failed(cause);
        const isOwnFault = isXorcaError(error, 'XORCA_UNAVAILABLE') && !error.retryable;
        if (!isOwnFault) {
          // No other batch would fare better now.
          for (const one of [free, ...queue].flat()) keep(one, error.message);
          return undefined;
        }
        // The call was refused for what one of its entries is: alone, the others go out.
        if (free.length > 1) queue.unshift(...free.map((one) => [one]));
        else
          for (const one of free)
            failed.set(one.event, { id: one.event.id, reason: error.message, retryable: false });
        continue;
      }
      const byPlace = new Map(refused.map((one) => [one.at, one]));
      for (const [at, one] of free.entries()) {
        const { reason, retryable = false } = byPlace.get(at) ?? {};
        if (reason === undefined) failed.delete(one.event);
        else if (retryable) keep(one, reason);
        else failed.set(one.event, { id: one.event.id, reason, retryable: false });
      }
    }
    return again;
  }

  return { maxEventBytes, publish };
}

/** The words for an event that is larger than its way. */
export function tooLarge(event: CloudEvent, bytes: number, most: number, where: string): string {
  return `${event.type} has ${bytes} bytes, and ${where} takes at most ${most}. Keep large data elsewhere, or give the publisher a claimCheck`;
}
