import type { Clock, CloudEvent } from '@xorca/core';
import { assertKnown, fullJitter, messageOf, type Timers } from '@xorca/core/backend';
import type { Delivery, DeliveryTable } from './delivery-table.ts';
import { type Lane, lane } from './lane.ts';
import type { SqliteDatabase } from './sqlite-database.ts';
import type { HandlerAnswer, Subscription } from './subscription.ts';
import type { CarriedEvents } from './transactional-publisher.ts';

/** When and how often a failed delivery is tried again. */
export interface RetryPlan {
  readonly maxAttempts: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
}

/** What a subscriber needs of its bus. */
export interface SubscriberContext {
  readonly database: SqliteDatabase;
  readonly table: DeliveryTable;
  readonly retry: RetryPlan;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: () => number;
  carry(events: readonly CloudEvent[]): CarriedEvents;
  /** Called whenever it may have become empty or idle. */
  changed(): void;
}

/** Delivers the events of one subscription. */
export interface Subscriber {
  readonly name: string;
  /** No delivery is queued, due or in flight. */
  readonly empty: boolean;
  /** Deliveries in flight. */
  readonly inFlight: number;
  /** Takes note of a row that is in the file. */
  push(laneName: string, delivery: Delivery): void;
  /** Begins no delivery any more. */
  stop(): void;
}

const CONCURRENCY = 64;
const BATCH = 32;

/** Starts to deliver what waits in the file for a subscription, and what is pushed. */
export function subscriber(subscription: Subscription, context: SubscriberContext): Subscriber {
  const { name, handler, concurrency = CONCURRENCY, batch = BATCH } = subscription;
  const { database, table, retry, clock, timers, random } = context;
  const lanes = new Map<string, Lane>();
  const ready = new Set<Lane>();
  const waits = new Set<unknown>();
  let inFlight = 0;
  let pumping = false;
  let stopped = false;

  function makeReady(each: Lane): void {
    if (each.busy || each.waiting || each.empty) return;
    ready.add(each);
    pumpSoon();
  }

  // Not at once: events that came together shall go to the handler together.
  function pumpSoon(): void {
    if (pumping) return;
    pumping = true;
    queueMicrotask(pump);
  }

  function pump(): void {
    pumping = false;
    for (const next of ready) {
      if (stopped || inFlight >= concurrency) return;
      ready.delete(next);
      void deliver(next);
    }
  }

  async function deliver(each: Lane): Promise<void> {
    each.busy = true;
    inFlight++;
    const delayMs = await handleNext(each).then(
      (delay) => {
        each.troubles = 0;
        return delay;
      },
      // The file could not be read or written. Nothing was acknowledged, so all of it comes again.
      () => delay(each.troubles++),
    );
    inFlight--;
    each.busy = false;
    if (delayMs !== undefined && !stopped) wait(each, delayMs);
    else if (each.empty) lanes.delete(each.name);
    else makeReady(each);
    pumpSoon();
    context.changed();
  }

  // Gives how long the lane must wait, or undefined.
  async function handleNext(each: Lane): Promise<number | undefined> {
    const deliveries = each.next(batch);
    if (deliveries.length === 0) return undefined;
    const { failed, publish } = await handle(deliveries);
    const dead = (attempts: number) => attempts >= retry.maxAttempts;
    await database.commit(
      () => {
        for (const { seq, attempts } of deliveries) {
          const error = failed.get(seq);
          if (error === undefined) table.remove(seq);
          else if (dead(attempts + 1)) table.bury(seq, error, clock.now());
          else table.fail(seq, error);
        }
        publish?.insert();
      },
      { savepoint: true },
    );
    publish?.committed();
    const kept = deliveries
      .filter(({ seq }) => failed.has(seq))
      .map((delivery) => ({ ...delivery, attempts: delivery.attempts + 1 }))
      .filter(({ attempts }) => !dead(attempts));
    each.settle(deliveries.length, kept);
    return kept[0] && delay(kept[0].attempts - 1);
  }

  async function handle(deliveries: readonly Delivery[]): Promise<Handled> {
    try {
      const events = deliveries.map(({ event }) => JSON.parse(event) as CloudEvent);
      const answer = await handler(events);
      return handled(deliveries, events, answer ?? {}, context.carry);
    } catch (error) {
      return { failed: new Map(deliveries.map(({ seq }) => [seq, messageOf(error)])) };
    }
  }

  function delay(attempt: number): number {
    return fullJitter(attempt, retry.baseDelayMs, retry.maxDelayMs, random);
  }

  function wait(each: Lane, ms: number): void {
    each.waiting = true;
    const timer = timers.setTimeout(() => {
      waits.delete(timer);
      each.waiting = false;
      makeReady(each);
    }, ms);
    waits.add(timer);
  }

  for (const laneName of table.lanes(name)) {
    const waiting = lane(table, name, laneName, true);
    lanes.set(laneName, waiting);
    ready.add(waiting);
  }
  pumpSoon();

  return {
    name,
    get empty() {
      return lanes.size === 0;
    },
    get inFlight() {
      return inFlight;
    },
    push(laneName, delivery) {
      const found = lanes.get(laneName) ?? lane(table, name, laneName, false);
      lanes.set(laneName, found);
      found.push(delivery);
      makeReady(found);
    },
    stop() {
      stopped = true;
      for (const timer of waits) timers.clearTimeout(timer);
      waits.clear();
    },
  };
}

interface Handled {
  readonly failed: ReadonlyMap<number, string>;
  readonly publish?: CarriedEvents;
}

function handled(
  deliveries: readonly Delivery[],
  events: readonly CloudEvent[],
  answer: HandlerAnswer,
  carry: (events: readonly CloudEvent[]) => CarriedEvents,
): Handled {
  const failed = new Map<number, string>();
  for (const { id, error } of answer.failed ?? []) {
    // A name that fits nothing would let the event it meant pass as taken.
    assertKnown(
      id,
      events.map((event) => event.id),
      'event',
      'The batch',
    );
    for (const [n, event] of events.entries()) {
      if (event.id === id) failed.set(deliveries[n]?.seq ?? -1, messageOf(error));
    }
  }
  const publish = answer.publish ?? [];
  return publish.length === 0 ? { failed } : { failed, publish: carry(publish) };
}
