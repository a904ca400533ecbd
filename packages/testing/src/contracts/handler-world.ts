import {
  type CloudEvent,
  createRunner,
  type EventPublisher,
  memoryPublisher,
  memoryStore,
  type ProcessDetails,
  type ProcessStore,
  PublishError,
  type Runner,
  XorcaError,
} from '@xorca/core';
import { check, same } from './assert.ts';
import type { HandlerUnderTest, MakeHandler, Verdict } from './handler-case.ts';
import { notesOrchestrator, type Switch } from './handler-orchestrator.ts';

/** A handler on ports that fail when a case says so. */
export interface HandlerWorld {
  readonly test: HandlerUnderTest;
  /** What goes wrong at the moment. */
  readonly trouble: Switch & {
    /** The store does not answer over this process (`'*'`: over any). */
    storeAway: string | undefined;
    busAway: boolean;
    /** Ms of the fixture's clock that each load takes. */
    loadMs: number;
  };
  /** Another orchestrator on the same store. */
  readonly stranger: Runner;
  /** Lets the clock of the fixture go on. */
  pass(ms: number): void;
  /** Everything that was published, an event that was sent twice once. */
  published(): readonly CloudEvent[];
  /** A process as it is stored, whatever is wrong at the moment. */
  get(id: string): Promise<ProcessDetails | undefined>;
  /** Delivers, and checks that there is one verdict for each. A batch that throws is one that was given back. */
  deliver(events: readonly (CloudEvent | string)[], remainingMs?: number): Promise<readonly Verdict[]>;
  /** Delivers what was given back again and again, as the trigger does, until nothing is left; gives the last verdicts. */
  settle(events: readonly (CloudEvent | string)[]): Promise<readonly Verdict[]>;
}

// More than any order of failures in these cases needs.
const MOST_DELIVERIES = 6;

/** Makes a handler on a platform of its own. */
export async function handlerWorld(makeHandler: MakeHandler): Promise<HandlerWorld> {
  const trouble: HandlerWorld['trouble'] = {
    isBroken: false,
    storeAway: undefined,
    busAway: false,
    loadMs: 0,
  };
  const time = { ms: 1_767_225_600_000, now: () => time.ms };
  const store = memoryStore();
  const publisher = memoryPublisher();
  const orchestrator = notesOrchestrator(trouble);
  const platform = {
    store: failingStore(store, trouble, time),
    publisher: failingPublisher(publisher, trouble),
    clock: time,
  };
  const test = await makeHandler({ orchestrator, platform });
  const bare = { store, publisher, clock: time };
  const reader = createRunner(orchestrator, bare);

  async function deliver(
    events: readonly (CloudEvent | string)[],
    remainingMs?: number,
  ): Promise<readonly Verdict[]> {
    const bodies = events.map((event) => (typeof event === 'string' ? event : JSON.stringify(event)));
    const verdicts = await test.deliver(bodies, remainingMs === undefined ? {} : { remainingMs });
    same(verdicts.length, bodies.length, 'how many verdicts came back');
    const isMixed = verdicts.includes('retry') && verdicts.includes('accepted');
    check(
      !(test.fails === 'batch' && isMixed),
      'a trigger that fails batches as a whole gave back a part of one',
    );
    return verdicts;
  }

  return {
    test,
    trouble,
    stranger: createRunner(notesOrchestrator(trouble, 'strangers'), bare),
    pass(ms) {
      time.ms += ms;
    },
    published: () => [...new Map(publisher.published.map((event) => [event.id, event])).values()],
    get: (id) => reader.get(id),
    deliver,
    async settle(events) {
      const verdicts: Verdict[] = events.map(() => 'retry');
      for (let n = 0; n < MOST_DELIVERIES && verdicts.includes('retry'); n++) {
        const left = verdicts.flatMap((verdict, place) => (verdict === 'retry' ? [place] : []));
        const found = await deliver(left.map((place) => events[place] ?? ''));
        for (const [at, place] of left.entries()) verdicts[place] = found[at] ?? 'retry';
      }
      return verdicts;
    },
  };
}

function failingStore(
  store: ProcessStore,
  trouble: HandlerWorld['trouble'],
  time: { ms: number },
): ProcessStore {
  const reach = (id: string) => {
    if (trouble.storeAway !== '*' && trouble.storeAway !== id) return;
    throw new XorcaError('XORCA_UNAVAILABLE', 'The store is away, as the case wants it.', {
      processId: id,
      retryable: true,
    });
  };
  return {
    async load(id) {
      time.ms += trouble.loadMs;
      reach(id);
      return store.load(id);
    },
    async save(record, expected) {
      reach(record.id);
      return store.save(record, expected);
    },
    async due(now, limit) {
      reach('*');
      return store.due(now, limit);
    },
    async list(query) {
      reach('*');
      return store.list(query);
    },
    async delete(id) {
      reach(id);
      await store.delete?.(id);
    },
  };
}

function failingPublisher(publisher: EventPublisher, trouble: HandlerWorld['trouble']): EventPublisher {
  return {
    async publish(events) {
      if (!trouble.busAway) return publisher.publish(events);
      throw new PublishError(events.map(({ id }) => ({ id, reason: 'the bus is away', retryable: true })));
    },
  };
}
