import {
  type CloudEvent,
  type EventPublisher,
  type ProcessStore,
  PublishError,
  XorcaError,
} from '@xorca/core';
import { type FaultName, type Faults, faultRates, seededFaults } from '../simulation/faults.ts';
import { beginLife } from '../simulation/life.ts';
import { type Life, type Lives, storeFor } from './life.ts';

/** Functions that die, and services that are away, as seeds have it. */
export interface FragileLives extends Lives {
  /** From now on nothing happens any more. */
  calm(): void;
  /** What happened to the process of a seed. */
  struck(seed: number): readonly string[];
  /** How often each fault struck, whatever the seed. */
  counts(): Readonly<Partial<Record<FaultName, number>>>;
}

// A process of ten events, each a few calls, meets most of these once.
const RATES = faultRates({
  ...faultRates(false),
  crash: 0.03,
  unavailable: 0.03,
  lostReply: 0.04,
  conflict: 0.08,
  partialPublish: 0.08,
  duplicate: 0.2,
  delay: 0.15,
  redeliver: 0.1,
});
// What happens to deliveries happens to whole batches, so it has a seed of its own.
const OF_DELIVERIES = 0;
// Then its fate has done enough: in a batch each process that dies takes the others along, and all of them begin again.
const MOST_STRIKES = 6;
const MOST_OF_DELIVERIES = 30;

/** Which processes have a fate, and who comes in their way. */
export interface Fates {
  /** The seed of a process, by its id; undefined: nothing strikes it. */
  seedOf(subject: string): number | undefined;
  /** Moves a process of that seed, once, while another function is about to save it. */
  overtake(seed: number): Promise<void>;
}

/** Lives in which each process has the faults of its own seed. */
export function fragileLives({ seedOf, overtake }: Fates): FragileLives {
  const all = new Map<number, Faults>();
  const overtaken = new Set<number>();
  let isCalm = false;

  function faultsOf(seed: number): Faults {
    const faults = all.get(seed) ?? seededFaults(seed, RATES, undefined);
    all.set(seed, faults);
    return faults;
  }
  function strikes(name: FaultName, seed: number | undefined): boolean {
    if (isCalm || seed === undefined) return false;
    const faults = faultsOf(seed);
    const most = seed === OF_DELIVERIES ? MOST_OF_DELIVERIES : MOST_STRIKES;
    return faults.struck.length < most && faults.strikes(name);
  }

  function fragile(fate: ReturnType<typeof beginLife>): Life {
    /** A call of a service: it may be away, its answer may get lost, and the function may die before and after. */
    async function call<Answer>(
      what: string,
      subject: string | undefined,
      work: () => Promise<Answer>,
    ): Promise<Answer> {
      const seed = subject === undefined ? undefined : seedOf(subject);
      if (fate.isOver || strikes('crash', seed)) return fate.die();
      if (strikes('unavailable', seed)) throw away(what);
      const answer = await work();
      if (fate.isOver || strikes('crash', seed)) return fate.die();
      if (strikes('lostReply', seed)) throw away(what);
      return answer;
    }

    const publisherIn = (publisher: EventPublisher): EventPublisher => ({
      ...publisher,
      publish: (events) =>
        call('bus', events[0]?.subject, () => {
          const seed = seedOf(String(events[0]?.subject));
          if (!strikes('partialPublish', seed)) return publisher.publish(events);
          return someOf(publisher, events);
        }),
    });

    return {
      ports({ store, publisher: bus }, sent) {
        const publisher = publisherIn(bus);
        const whole = storeFor(store, publisher, sent);
        const fragileStore: ProcessStore = {
          ...whole,
          load: (id) => call('store', id, () => whole.load(id)),
          save: (record, expected, effects) =>
            call('store', record.id, async () => {
              const seed = seedOf(record.id);
              if (strikes('conflict', seed)) throw lostRace(record.id);
              // Whoever saves next has a stale record in hand, in each cell and by each seed.
              if (seed !== undefined && expected !== undefined && !overtaken.has(seed)) {
                overtaken.add(seed);
                await overtake(seed);
              }
              return whole.save(record, expected, effects);
            }),
        };
        return { store: fragileStore, publisher };
      },
    };
  }

  return {
    async live(delivers, work) {
      if (delivers && strikes('delay', OF_DELIVERIES)) throw new Error('It died before it began.');
      const fate = beginLife();
      const life = fragile(fate);
      const once = () =>
        Promise.race([
          work(life),
          fate.death.then(() => {
            throw new Error('It died.');
          }),
        ]);
      const answer = await once();
      if (!delivers) return answer;
      if (strikes('redeliver', OF_DELIVERIES)) throw new Error('It died before its bus heard of it.');
      return strikes('duplicate', OF_DELIVERIES) ? once() : answer;
    },
    calm() {
      isCalm = true;
    },
    struck: (seed) => all.get(seed)?.struck ?? [],
    counts() {
      const counts: Partial<Record<FaultName, number>> = {};
      for (const { struck } of all.values()) {
        for (const one of struck) {
          const name = one.slice(0, one.indexOf('#')) as FaultName;
          counts[name] = (counts[name] ?? 0) + 1;
        }
      }
      return counts;
    },
  };
}

/** The bus takes the first half, and no more for now. */
async function someOf(publisher: EventPublisher, events: readonly CloudEvent[]): Promise<void> {
  const taken = Math.floor(events.length / 2);
  if (taken > 0) await publisher.publish(events.slice(0, taken));
  const reason = 'the bus takes no more for now';
  throw new PublishError(events.slice(taken).map(({ id }) => ({ id, reason, retryable: true })));
}

function away(what: string): XorcaError {
  return new XorcaError('XORCA_UNAVAILABLE', `The ${what} is made to be away.`, { retryable: true });
}

function lostRace(id: string): XorcaError {
  return new XorcaError('XORCA_CONFLICT', `A save of ${JSON.stringify(id)} is made to lose its race.`, {
    processId: id,
    retryable: true,
  });
}
