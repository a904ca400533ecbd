import type { Clock, CloudEvent } from '@xorca/core';
import { fullJitter, type Timers } from '@xorca/core/backend';
import type { Delivery, DeliveryTable } from './delivery-table.ts';
import { allFailed, callHandler, type HandledBatch } from './handler-call.ts';
import { type Lane, lane } from './lane.ts';
import type { SqliteDatabase } from './sqlite-database.ts';
import type { Subscription } from './subscription.ts';
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
  /** No delivery is queued, due or in flight. */
  isEmpty(): boolean;
  /** Batches with the handler. */
  inFlight(): number;
  /** Takes note of a row that is in the file. */
  push(laneName: string, delivery: Delivery): void;
  /** Begins no delivery any more. */
  stop(): void;
}

const CONCURRENCY = 64;
const BATCH = 32;

/** Starts to deliver what waits in the file for a subscription, and what is pushed. */
export function subscriber(subscription: Subscription, context: SubscriberContext): Subscriber {
  const { name, concurrency = CONCURRENCY, batch = BATCH } = subscription;
  const { database, table, retry, clock, timers, random } = context;
  const lanes = new Map<string, Lane>();
  const ready = new Set<Lane>();
  const waits = new Set<unknown>();
  let inFlight = 0;
  let pumping = false;
  let stopped = false;

  function makeReady(each: Lane): void {
    if (each.busy || each.waiting || each.isEmpty()) return;
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
    else if (each.isEmpty()) lanes.delete(each.name);
    else makeReady(each);
    pumpSoon();
    context.changed();
  }

  // Gives how long the lane must wait, or undefined.
  async function handleNext(each: Lane): Promise<number | undefined> {
    const offered = each.next(batch);
    if (offered.length === 0) return undefined;
    const { deliveries, failed, publish } = await handle(offered);
    const isDead = ({ seq, attempts }: Delivery) =>
      failed.get(seq)?.retry === false || attempts + 1 >= retry.maxAttempts;
    await database.commit(
      () => {
        for (const delivery of deliveries) {
          const error = failed.get(delivery.seq)?.error;
          if (error === undefined) table.remove(delivery.seq);
          else if (isDead(delivery)) table.bury(delivery.seq, error, clock.now());
          else table.fail(delivery.seq, error);
        }
        publish?.insert();
      },
      { savepoint: true },
    );
    publish?.committed();
    const kept = deliveries
      .filter((delivery) => failed.has(delivery.seq) && !isDead(delivery))
      .map((delivery) => ({ ...delivery, attempts: delivery.attempts + 1 }));
    each.settle(deliveries.length, kept);
    return kept[0] && delay(kept[0].attempts - 1);
  }

  async function handle(offered: readonly Delivery[]): Promise<Handled> {
    const { deliveries, failed, publish } = await callHandler(subscription, offered, timers);
    if (publish.length === 0) return { deliveries, failed };
    try {
      return { deliveries, failed, publish: context.carry(publish) };
    } catch (error) {
      return { deliveries, failed: allFailed(deliveries, error) };
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
    isEmpty: () => lanes.size === 0,
    inFlight: () => inFlight,
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

interface Handled extends Pick<HandledBatch, 'deliveries' | 'failed'> {
  readonly publish?: CarriedEvents;
}
