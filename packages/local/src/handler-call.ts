import type { CloudEvent } from '@xorca/core';
import { assertKnown, messageOf, type Timers } from '@xorca/core/backend';
import type { Delivery } from './delivery-table.ts';
import type { HandlerAnswer, Subscription } from './subscription.ts';

/** Why a delivery failed, and whether another try may help. */
export interface Failure {
  readonly error: string;
  readonly retry: boolean;
}

/** What became of a batch. */
export interface HandledBatch {
  /** Those that the handler got: all that were offered, up to the second of one event id. */
  readonly deliveries: readonly Delivery[];
  /** By the number of the delivery. */
  readonly failed: ReadonlyMap<number, Failure>;
  readonly publish: readonly CloudEvent[];
}

/** The longest that AWS Lambda lets a call live, so that a handler that moves there knows no other limit. */
const TIMEOUT_MS = 15 * 60_000;

/**
 * Gives a handler deliveries and reads its answer. Never throws: what the handler threw, or said too late, fails them all.
 */
export async function callHandler(
  { handler, timeoutMs = TIMEOUT_MS }: Pick<Subscription, 'handler' | 'timeoutMs'>,
  offered: readonly Delivery[],
  timers: Timers,
): Promise<HandledBatch> {
  let deliveries = offered;
  try {
    const events = distinct(offered.map(({ event }) => JSON.parse(event) as CloudEvent));
    deliveries = offered.slice(0, events.length);
    const answer = (await inTime(Promise.resolve(handler(events)), timeoutMs, timers)) ?? {};
    const failures = failuresOf(answer, events);
    const failed = new Map(
      deliveries.flatMap(({ seq }, n) => {
        const event = events[n];
        const failure = event && failures.get(event.id);
        return failure ? [[seq, failure]] : [];
      }),
    );
    return { deliveries, failed, publish: answer.publish ?? [] };
  } catch (error) {
    return { deliveries, failed: allFailed(deliveries, error), publish: [] };
  }
}

/** Every delivery failed over the same error, and another try may help. */
export function allFailed(deliveries: readonly Delivery[], error: unknown): ReadonlyMap<number, Failure> {
  return new Map(deliveries.map(({ seq }) => [seq, { error: messageOf(error), retry: true }]));
}

// Ids are unique within their source only, and a publisher may send an event twice: cut before the second of one id, an answer
// that names an id means one delivery.
function distinct(events: readonly CloudEvent[]): readonly CloudEvent[] {
  if (events.length < 2) return events;
  const ids = new Set<string>();
  const end = events.findIndex(({ id }) => ids.size === ids.add(id).size);
  return end < 0 ? events : events.slice(0, end);
}

function failuresOf({ failed = [] }: HandlerAnswer, events: readonly CloudEvent[]): Map<string, Failure> {
  const failures = new Map<string, Failure>();
  if (failed.length === 0) return failures;
  const ids = events.map(({ id }) => id);
  for (const { id, error, retry = true } of failed) {
    // A name that fits nothing would let the event it meant pass as taken.
    assertKnown(id, ids, 'event', 'The batch');
    // Named twice with different words: to try again loses nothing.
    failures.set(id, { error: messageOf(error), retry: retry || (failures.get(id)?.retry ?? false) });
  }
  return failures;
}

function inTime<T>(work: Promise<T>, ms: number, timers: Timers): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = timers.setTimeout(
      () => reject(new Error(`The handler did not answer within ${ms} ms (timeoutMs of its subscription).`)),
      ms,
    );
    const settle =
      <V>(end: (value: V) => void) =>
      (value: V) => {
        timers.clearTimeout(timer);
        end(value);
      };
    work.then(settle(resolve), settle(reject));
  });
}
