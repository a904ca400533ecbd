import type { GridEvent } from './event-grid-rules.ts';

/** Which events a subscription wants; all, without any. */
export interface GridFilter {
  readonly types?: readonly string[];
  /** In any case, as the service compares it unless told otherwise. */
  readonly subjectBegins?: string;
}

/** How a topic delivers. */
export interface DeliveryOptions {
  /** Waits before the next attempt. Default: not at all. */
  readonly delay?: (ms: number) => Promise<void>;
  /** Attempts until an event is dead. Default: 30, as in the service. */
  readonly attempts?: number;
  /** A number from 0 up to 1: by it the order is shuffled, and one delivery in ten done twice. Default: the newest first, each once. */
  readonly random?: () => number;
}

/** An event that was given up. */
export interface DeadEvent {
  readonly event: GridEvent;
  readonly attempts: number;
  readonly error: unknown;
}

/** Delivers events, many at once; a batch succeeds or fails as a whole. */
export interface Deliveries {
  readonly dead: DeadEvent[];
  subscribe(
    deliver: (events: readonly GridEvent[]) => Promise<void>,
    max: number,
    filter: GridFilter,
  ): () => void;
  take(events: readonly GridEvent[]): void;
  /** Until nothing is under way. */
  idle(): Promise<void>;
  stop(): void;
}

interface Subscription {
  readonly deliver: (events: readonly GridEvent[]) => Promise<void>;
  readonly max: number;
  readonly filter: GridFilter;
  waiting: GridEvent[];
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
// Both from https://learn.microsoft.com/azure/event-grid/delivery-and-retry, the last interval for all that follow.
const INTERVALS_MS = [
  ...[10 * SECOND, 30 * SECOND, MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE],
  ...[HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR],
];
const FINAL = [400, 401, 403, 413];

/** Starts with no subscription. */
export function startDeliveries({
  delay = async () => {},
  attempts: most = 30,
  random,
}: DeliveryOptions): Deliveries {
  const subscriptions = new Set<Subscription>();
  const dead: DeadEvent[] = [];
  const underWay = new Set<Promise<void>>();
  let stopped = false;

  function flush(subscription: Subscription): void {
    const events = ordered(subscription.waiting, random);
    subscription.waiting = [];
    for (let from = 0; from < events.length; from += subscription.max) {
      const batch = events.slice(from, from + subscription.max);
      const times = random !== undefined && random() < 0.1 ? 2 : 1;
      for (let time = 0; time < times; time++) track(attempt(subscription, batch, 1));
    }
  }

  async function attempt(subscription: Subscription, events: GridEvent[], attempts: number): Promise<void> {
    if (stopped || !subscriptions.has(subscription)) return;
    try {
      await subscription.deliver(events);
    } catch (error) {
      if (attempts >= most || FINAL.includes((error as { readonly status?: number })?.status ?? 0)) {
        dead.push(...events.map((event) => ({ event, attempts, error })));
        return;
      }
      await delay(INTERVALS_MS[attempts - 1] ?? 12 * HOUR);
      await turn();
      await attempt(subscription, events, attempts + 1);
    }
  }

  function track(work: Promise<void>): void {
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  }

  return {
    dead,
    subscribe(deliver, max, filter) {
      const subscription: Subscription = { deliver, max, filter, waiting: [] };
      subscriptions.add(subscription);
      return () => void subscriptions.delete(subscription);
    },
    take(events) {
      for (const subscription of subscriptions) {
        const wanted = events.filter((event) => wants(subscription.filter, event));
        if (wanted.length === 0) continue;
        // What comes in the same turn can go together, and in another order.
        if (subscription.waiting.length === 0) track(turn().then(() => flush(subscription)));
        subscription.waiting.push(...wanted);
      }
    },
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    stop() {
      stopped = true;
    },
  };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function wants({ types, subjectBegins = '' }: GridFilter, { type, subject = '' }: GridEvent): boolean {
  return (types?.includes(type) ?? true) && subject.toLowerCase().startsWith(subjectBegins.toLowerCase());
}

function ordered(events: readonly GridEvent[], random: (() => number) | undefined): GridEvent[] {
  if (random === undefined) return events.toReversed();
  return events
    .map((event) => ({ event, at: random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ event }) => event);
}
