import { conflict } from '../../src/errors.ts';
import {
  type CloudEvent,
  createRunner,
  memoryStore,
  type Outcome,
  type ProcessStore,
  type Runner,
  XorcaError,
} from '../../src/index.ts';
import { counting } from './machine.ts';
import type { Input, Mishap } from './reference.ts';

/** What a save meets. Neither may show: a conflict is tried again, and a save whose answer was lost has landed. */
export type SaveFault = 'none' | 'conflict' | 'answer lost';

/** The runner of core with two instances on one store, a clock and a bus that do as they are told. */
export interface World {
  readonly published: string[];
  now: number;
  isBroken: boolean;
  saveFault: SaveFault;
  /** Both instances begin anew, and remember nothing. */
  restart(): void;
  handle(input: Input, mishap: Mishap, instance: number): Promise<Outcome | undefined>;
  wake(mishap: Mishap): Promise<void>;
  control(kind: 'cancel' | 'redrive', mishap: Mishap): Promise<string | undefined>;
  details(): ReturnType<Runner['get']>;
}

export function world(now: number, warm: number): World {
  const inner = memoryStore();
  let mishap: Mishap = 'none';
  let died = () => {};
  const self: World = {
    published: [],
    now,
    isBroken: true,
    saveFault: 'none',
    async handle(input, meets, instance) {
      const outcomes = await meeting(meets, instance, () => runners[instance]?.handle([eventOf(input)]));
      return outcomes?.[0];
    },
    async wake(meets) {
      await meeting(meets, 0, () => runners[0]?.wake());
    },
    async control(kind, meets) {
      try {
        await meeting(meets, 0, () => runners[0]?.[kind]('p'));
        return undefined;
      } catch (error) {
        return (error as XorcaError).code;
      }
    },
    details: () => make().get('p'),
    restart() {
      runners = [make(), make()];
    },
  };
  const store: ProcessStore = {
    ...inner,
    async save(record, expected, effects) {
      const fault = self.saveFault;
      self.saveFault = 'none';
      if (fault === 'conflict') throw conflict(record.id, expected);
      const revision = await inner.save(record, expected, effects);
      if (fault === 'answer lost')
        throw new XorcaError('XORCA_UNAVAILABLE', 'no answer', { retryable: true });
      return revision;
    },
  };
  const orchestrator = counting(() => self.isBroken);
  const publisher = {
    async publish(events: readonly CloudEvent[]) {
      if (mishap === 'bus away') throw new Error('the bus is away');
      if (mishap === 'death') {
        died();
        await new Promise<never>(() => {});
      }
      self.published.push(...events.map(({ id, type }) => `${id} ${type}`));
    },
  };
  const make = () =>
    createRunner(
      orchestrator,
      { store, publisher, clock: { now: () => self.now } },
      { warm, random: () => 0, report: () => {} },
    );
  let runners = [make(), make()];

  /** A call under a mishap; undefined when the function died in it. What it remembered dies with it. */
  async function meeting<Result>(
    meets: Mishap,
    instance: number,
    call: () => Promise<Result> | undefined,
  ): Promise<Result | undefined> {
    mishap = meets;
    const death = new Promise<undefined>((resolve) => {
      died = () => {
        runners[instance] = make();
        resolve(undefined);
      };
    });
    try {
      return await Promise.race([call(), death]);
    } finally {
      mishap = 'none';
      self.saveFault = 'none';
    }
  }
  return self;
}

function eventOf({ id, type, answers }: Input): CloudEvent {
  return {
    specversion: '1.0',
    id,
    type,
    source: '/outside',
    subject: 'p',
    ...(answers === undefined ? {} : { causationid: answers }),
  };
}
