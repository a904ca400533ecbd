import { type Clock, type CloudEvent, type FailedPublish, PublishError, XorcaError } from '@xorca/core';
import { assertOptions, encodeProcessId, messageOf, systemTimers, type Timers } from '@xorca/core/backend';
import { ownBus } from './bus-owner.ts';
import { deliveryTable } from './delivery-table.ts';
import { type SqliteDatabase, sqliteDatabase } from './sqlite-database.ts';
import { type RetryPlan, type Subscriber, subscriber } from './subscriber.ts';
import type { Subscription } from './subscription.ts';
import type { CarriedEvents, TransactionalPublisher } from './transactional-publisher.ts';
import { typeMatcher } from './type-pattern.ts';

/** Options of `localBus`: a file's path, or a database that is open already. */
export type LocalBusOptions = ({ readonly path: string } | { readonly database: SqliteDatabase }) & {
  /** How often a handler may fail over an event before it becomes a dead letter. Default 10. */
  readonly maxAttempts?: number;
  /** Bound of the first retry's delay; it doubles with each, and the delay is anything below it. Default 200. */
  readonly baseDelayMs?: number;
  /** The bound's own bound. Default 30,000. */
  readonly maxDelayMs?: number;
  /** Largest event, in bytes of its JSON. Default 1,048,576, what Azure Event Grid takes. */
  readonly maxEventBytes?: number;
  /** Dates dead letters. Default: the system's clock. */
  readonly clock?: Clock;
  /** What retries wait with. Default: the system's timers. */
  readonly timers?: Timers;
  /** 0 to 1, for the jitter. Default `Math.random`. */
  readonly random?: () => number;
};

/** An event that a subscription failed over `maxAttempts` times. */
export interface DeadLetter {
  /** Names it for `redrive`. */
  readonly seq: number;
  readonly subscription: string;
  readonly event: CloudEvent;
  readonly attempts: number;
  /** What the handler said last. */
  readonly error: string;
  /** Epoch ms. */
  readonly deadAt: number;
}

/** An orchestration channel within one process. */
export interface LocalBus extends TransactionalPublisher {
  /** Begins to deliver: what waits in the file under that name first. `XORCA_CONFIG` for a name that is taken. */
  subscribe(subscription: Subscription): void;
  /** What was given up, oldest first. */
  deadLetters(): readonly DeadLetter[];
  /** Queues a dead letter anew, behind its subject's other events; false when there is none with that number. */
  redrive(seq: number): Promise<boolean>;
  /** Resolves when nothing is queued, waiting for a retry, or in flight; or when the bus is stopped. */
  idle(): Promise<void>;
  /** Begins no delivery any more and waits for those in flight. What is published still is kept for the next start. */
  stop(): Promise<void>;
  /** Stops, lets the file go, and closes it if `localBus` opened it. */
  close(): Promise<void>;
}

const OPTIONS = 'path database maxAttempts baseDelayMs maxDelayMs maxEventBytes clock timers random'.split(
  ' ',
);

/**
 * A durable bus in a SQLite file, for one process at a time. Delivers at least once, and in order for each subject: a subject has
 * one batch in flight, and its later events wait while one is tried again. An event goes to the subscriptions there are when it is
 * published; subscribe first. One that none takes is dropped, as on any bus.
 * Errors: `XORCA_PUBLISH`, `XORCA_CONFIG` (also when another process has the bus open), `XORCA_UNAVAILABLE`.
 *
 * @example
 * const database = sqliteDatabase({ path: 'data/xorca.db' })
 * const bus = localBus({ database })
 * const store = sqliteStore({ database, bus }) // takes effects along in the save's own transaction
 */
export function localBus(options: LocalBusOptions): LocalBus {
  assertOptions(options, OPTIONS, 'localBus');
  const { clock = Date, timers = systemTimers, random = Math.random, maxEventBytes = 1_048_576 } = options;
  const { maxAttempts = 10, baseDelayMs = 200, maxDelayMs = 30_000 } = options;
  const retry: RetryPlan = { maxAttempts, baseDelayMs, maxDelayMs };
  const database = 'database' in options ? options.database : sqliteDatabase({ path: options.path });
  const release = own(database, !('database' in options));
  const table = deliveryTable(database);
  const subscribers: { readonly takes: (type: string) => boolean; readonly target: Subscriber }[] = [];
  let publishing = 0;
  let stopped = false;
  let watchers: (() => boolean)[] = [];

  function changed(): void {
    watchers = watchers.filter((isOver) => !isOver());
  }

  function until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve) => {
      watchers.push(() => {
        const over = condition();
        if (over) resolve();
        return over;
      });
    });
  }

  // Only what can be delivered again after a restart is taken: an event's JSON, within bounds, and its subject.
  function prepare(event: CloudEvent): Prepared | FailedPublish {
    try {
      const text = JSON.stringify(event);
      const bytes = Buffer.byteLength(text);
      if (bytes > maxEventBytes) {
        return refusal(event, `its JSON has ${bytes} bytes, the bus takes ${maxEventBytes}`);
      }
      const laneName = event.subject === undefined ? '' : encodeProcessId(event.subject);
      const targets = subscribers.flatMap(({ takes, target }) => (takes(event.type) ? [target] : []));
      return { laneName, text, targets };
    } catch (error) {
      return refusal(event, messageOf(error));
    }
  }

  function carried(events: readonly Prepared[]): CarriedEvents {
    let inserted: { target: Subscriber; laneName: string; seq: number; text: string }[] = [];
    return {
      insert() {
        inserted = events.flatMap(({ targets, laneName, text }) =>
          targets.map((target) => ({
            target,
            laneName,
            text,
            seq: table.insert(target.name, laneName, text),
          })),
        );
      },
      committed() {
        for (const { target, laneName, seq, text } of inserted) {
          target.push(laneName, { seq, event: text, attempts: 0 });
        }
      },
    };
  }

  async function write({ insert, committed }: CarriedEvents): Promise<void> {
    publishing++;
    try {
      await database.commit(insert, { savepoint: true });
      committed();
    } finally {
      publishing--;
      changed();
    }
  }

  function carry(events: readonly CloudEvent[]): CarriedEvents {
    const { accepted, refused } = sorted(events.map(prepare));
    if (refused.length > 0) throw new PublishError(refused);
    return carried(accepted);
  }

  const bus: LocalBus = {
    database,
    maxEventBytes,
    carry,

    async publish(events) {
      const { accepted, refused } = sorted(events.map(prepare));
      if (accepted.length > 0) {
        await write(carried(accepted)).catch((cause: unknown) => {
          const lost = events.filter(({ id }) => !refused.some((each) => each.id === id));
          const failed = lost.map(({ id }) => ({ id, reason: messageOf(cause), retryable: true }));
          throw new PublishError([...refused, ...failed], { cause });
        });
      }
      if (refused.length > 0) throw new PublishError(refused);
    },

    subscribe(subscription) {
      assertOptions(subscription, ['name', 'types', 'handler', 'concurrency', 'batch'], 'subscribe');
      const { name, types } = subscription;
      if (typeof name !== 'string' || name === '' || subscribers.some(({ target }) => target.name === name)) {
        throw new XorcaError(
          'XORCA_CONFIG',
          `A subscription needs a name of its own, and ${JSON.stringify(name)} is empty or taken.`,
        );
      }
      const takes = typeMatcher(types);
      const context = { database, table, retry, clock, timers, random, carry, changed };
      const target = subscriber(subscription, context);
      if (stopped) target.stop();
      subscribers.push({ takes, target });
    },

    deadLetters: () =>
      table.dead().map(({ event, ...letter }) => ({ ...letter, event: JSON.parse(event) as CloudEvent })),

    async redrive(seq) {
      let committed = () => {};
      const found = await database.commit(
        () => {
          const letter = table.unearth(seq);
          if (!letter) return false;
          const { subscription, lane: laneName, event } = letter;
          const delivery = { seq: table.insert(subscription, laneName, event), event, attempts: 0 };
          const target = subscribers.find((each) => each.target.name === subscription)?.target;
          committed = () => target?.push(laneName, delivery);
          return true;
        },
        { savepoint: true },
      );
      committed();
      return found;
    },

    idle: () => until(() => stopped || (publishing === 0 && subscribers.every(({ target }) => target.empty))),

    async stop() {
      stopped = true;
      for (const { target } of subscribers) target.stop();
      changed();
      await until(() => subscribers.every(({ target }) => target.inFlight === 0));
    },

    async close() {
      await bus.stop();
      release();
      if (!('database' in options)) database.close();
    },
  };
  return bus;
}

function own(database: SqliteDatabase, isOurs: boolean): () => void {
  try {
    return ownBus(database.path);
  } catch (error) {
    if (isOurs) database.close();
    throw error;
  }
}

interface Prepared {
  readonly laneName: string;
  readonly text: string;
  readonly targets: readonly Subscriber[];
}

function refusal(event: CloudEvent, reason: string): FailedPublish {
  return { id: event.id, reason, retryable: false };
}

function sorted(events: readonly (Prepared | FailedPublish)[]): {
  accepted: Prepared[];
  refused: FailedPublish[];
} {
  const accepted: Prepared[] = [];
  const refused: FailedPublish[] = [];
  for (const event of events) {
    if ('reason' in event) refused.push(event);
    else accepted.push(event);
  }
  return { accepted, refused };
}
