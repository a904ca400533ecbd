import type { CloudEvent } from '@xorca/core';
import type { Chance } from './chance.ts';
import type { Faults } from './faults.ts';

/** Who gets events off the bus. */
export interface Subscriber {
  readonly name: string;
  wants(event: CloudEvent): boolean;
}

/** An event on its way to a subscriber. */
export interface BusDelivery {
  readonly event: CloudEvent;
  readonly to: string;
  /** Epoch ms from which on it is there. */
  readonly at: number;
  /** It waits until this process exists; undefined: it need not. */
  readonly until: string | undefined;
  /** Why it came back last. */
  readonly why?: string;
}

/** An at-least-once bus with a queue for each subscriber that delivers twice, late and out of order. */
export interface Bus {
  /** Answers whether anybody wants it. */
  send(event: CloudEvent, options?: { readonly delayMs?: number; readonly until?: string }): boolean;
  /** Takes deliveries for one subscriber off its queue; each must be given back or is taken for good. */
  take(most: number): readonly BusDelivery[];
  giveBack(delivery: BusDelivery, delayMs: number, why?: string): void;
  readonly hasReady: boolean;
  /** Epoch ms of the next delivery that nothing holds back; undefined: there is none. */
  readonly nextAt: number | undefined;
  /** What waits for processes that are not there. */
  readonly unstarted: readonly CloudEvent[];
  /** What is still on its way. */
  readonly queued: readonly BusDelivery[];
}

const MOST_DELAY_MS = 600_000;

/** A bus with these subscribers. `exists` says whether a process is there by now. */
export function unreliableBus(options: {
  readonly subscribers: readonly Subscriber[];
  readonly random: Chance;
  readonly faults: Faults;
  readonly now: () => number;
  readonly exists: (processId: string) => boolean;
}): Bus {
  const { subscribers, random, faults, now, exists } = options;
  const queued: BusDelivery[] = [];
  const isFree = ({ until }: BusDelivery) => until === undefined || exists(until);
  const isReady = (delivery: BusDelivery) => delivery.at <= now() && isFree(delivery);

  function enqueue(event: CloudEvent, to: string, delayMs: number, until: string | undefined): void {
    const late = faults.strikes('delay') ? random.whole(MOST_DELAY_MS) : 0;
    queued.push({ event, to, at: now() + delayMs + late, until });
  }

  return {
    queued,
    get unstarted() {
      return queued.filter((delivery) => !isFree(delivery)).map(({ event }) => event);
    },
    get hasReady() {
      return queued.some(isReady);
    },
    get nextAt() {
      let next = Number.POSITIVE_INFINITY;
      for (const delivery of queued) if (delivery.at < next && isFree(delivery)) next = delivery.at;
      return next === Number.POSITIVE_INFINITY ? undefined : next;
    },
    send(event, { delayMs = 0, until } = {}) {
      const wanting = subscribers.filter(({ wants }) => wants(event));
      for (const { name } of wanting) {
        enqueue(event, name, delayMs, until);
        if (faults.strikes('duplicate')) enqueue(event, name, delayMs, until);
      }
      return wanting.length > 0;
    },
    take(most) {
      const ready = queued.filter(isReady);
      if (ready.length === 0) return [];
      const first = (faults.strikes('reorder') ? random.pick(ready) : ready[0]) as BusDelivery;
      const taken = [first, ...ready.filter((other) => other !== first && other.to === first.to)].slice(
        0,
        most,
      );
      for (const delivery of taken) queued.splice(queued.indexOf(delivery), 1);
      return taken;
    },
    giveBack(delivery, delayMs, why) {
      queued.push({ ...delivery, at: now() + delayMs, ...(why === undefined ? {} : { why }) });
    },
  };
}
