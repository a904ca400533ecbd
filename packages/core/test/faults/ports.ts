import { XorcaError } from '../../src/errors.ts';
import type { CloudEvent, EventPublisher, ProcessStore } from '../../src/index.ts';
import type { FaultBus } from './bus.ts';
import type { Random } from './random.ts';
import type { Turns } from './turns.ts';

/** One invocation of a function: it may die at any port call, and then nothing of it happens any more. */
export interface Invocation {
  readonly dead: boolean;
  /** It has published: its next save takes the events off the outbox. */
  settling: boolean;
  /** Resolves when it dies. */
  readonly death: Promise<'dead'>;
  die(): Promise<never>;
}

export function invocation(): Invocation {
  let dead = false;
  let tell: (value: 'dead') => void = () => {};
  const death = new Promise<'dead'>((resolve) => {
    tell = resolve;
  });
  return {
    settling: false,
    get dead() {
      return dead;
    },
    death,
    die() {
      dead = true;
      tell('dead');
      // Whoever awaits this waits for ever, as a killed process does.
      return new Promise<never>(() => {});
    },
  };
}

export interface FaultOptions {
  readonly random: Random;
  readonly turns: Turns;
  readonly life: Invocation;
  /** How likely a fault is at each point; 0 once the world calms down. */
  readonly rate: () => number;
  /** Counts the faults by where they struck. */
  readonly struck: (where: string) => void;
}

/** A store that an invocation sees through a bad network: it dies, loses answers, is away. */
export function faultyStore(store: ProcessStore, faults: FaultOptions): ProcessStore {
  const { turns } = faults;
  return {
    ...store,
    async load(id) {
      await turns.wait();
      if (faults.life.dead) return faults.life.die();
      if (strikes(faults, 'load')) return faults.life.die();
      if (strikes(faults, 'load unavailable')) throw away();
      const stored = await store.load(id);
      await turns.wait();
      if (faults.life.dead) return faults.life.die();
      return stored;
    },
    async save(record, expected, effects) {
      await turns.wait();
      if (faults.life.dead) return faults.life.die();
      const save = faults.life.settling ? 'settle' : 'save';
      if (strikes(faults, `before ${save}`)) return faults.life.die();
      if (strikes(faults, `${save} unavailable`)) throw away();
      const revision = await store.save(record, expected, effects);
      if (strikes(faults, `after ${save}`)) return faults.life.die();
      if (strikes(faults, `answer of ${save} lost`)) throw away();
      await turns.wait();
      if (faults.life.dead) return faults.life.die();
      return revision;
    },
    async due(now, limit) {
      await turns.wait();
      return store.due(now, limit);
    },
  };
}

/** A publisher that dies or fails before, between and after its events. */
export function faultyPublisher(bus: Pick<FaultBus, 'accept'>, faults: FaultOptions): EventPublisher {
  const { turns } = faults;
  return {
    async publish(events: readonly CloudEvent[]) {
      await turns.wait();
      if (faults.life.dead) return faults.life.die();
      if (strikes(faults, 'before publish')) return faults.life.die();
      if (strikes(faults, 'bus unavailable')) throw away();
      for (const [place, event] of events.entries()) {
        if (place > 0 && strikes(faults, 'between two publishes')) return faults.life.die();
        bus.accept(event);
      }
      faults.life.settling = true;
      if (strikes(faults, 'after publish')) return faults.life.die();
      if (strikes(faults, 'answer of publish lost')) throw away();
      await turns.wait();
    },
  };
}

function strikes({ random, rate, struck }: FaultOptions, where: string): boolean {
  if (!random.chance(rate())) return false;
  struck(where);
  return true;
}

function away(): XorcaError {
  return new XorcaError('XORCA_UNAVAILABLE', 'the network is away', { retryable: true });
}
