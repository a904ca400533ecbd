import type * as Core from '../../src/index.ts';
import type { CloudEvent, Outcome, ProcessStore } from '../../src/index.ts';
import { type FaultBus, faultBus } from './bus.ts';
import { faultMachine, faultMappings } from './machine.ts';
import { faultyPublisher, faultyStore, type Invocation, invocation } from './ports.ts';
import { seeded } from './random.ts';
import { takeTurns } from './turns.ts';

/** How a world ended, for the invariants to judge. */
export interface WorldEnd {
  readonly seed: number;
  readonly ids: readonly string[];
  readonly sent: readonly CloudEvent[];
  readonly published: readonly CloudEvent[];
  readonly acknowledged: readonly CloudEvent[];
  readonly states: ReadonlyMap<
    string,
    { value: unknown; log: readonly string[]; outbox: number; timers: number }
  >;
  /** Faults by where they struck. */
  readonly struck: ReadonlyMap<string, number>;
  readonly unsettled: number;
}

const PROCESSES = 2;
const TICKS = 3;
const HANDLERS = 3;

/** Lives through one seeded world: processes, three handlers at once, a bad bus, a bad network; then calm until all is quiet. */
export async function liveThrough(core: typeof Core, seed: number): Promise<WorldEnd> {
  const random = seeded(seed);
  const turns = takeTurns(random);
  const bus = faultBus(random);
  const struck = new Map<string, number>();
  let now = 1_800_000_000_000;
  let rate = 0.04;

  const store: ProcessStore = core.memoryStore();
  const carried = random.chance(0.25);
  const options = {
    settle: random.pick(['eager', 'lazy'] as const),
    warm: random.pick([0, 10]),
    resendAfter: '1m' as const,
    random: () => 0,
    maxTries: 8,
    report: () => {},
  };
  const orchestrator = core.createOrchestrator({
    name: 'faults',
    machines: { '1': faultMachine },
    startOn: 'evt.begin',
    onOrchestrationState: faultMappings,
  });

  // A runner outlives its invocations, as a warm function's module does; a crash takes it along.
  const makeHandler = () => {
    let life: Invocation = invocation();
    const faults = {
      random,
      turns,
      rate: () => rate,
      struck: (where: string) => struck.set(where, (struck.get(where) ?? 0) + 1),
      get life() {
        return life;
      },
    };
    const publisher = faultyPublisher(bus, faults);
    const base = carried ? carrying(store, bus, publisher) : store;
    const runner = core.createRunner(
      orchestrator,
      { store: faultyStore(base, faults), publisher, clock: { now: () => now } },
      options,
    );
    return {
      runner,
      live<Result>(work: () => Promise<Result>): Promise<Result | 'dead'> {
        life = invocation();
        return Promise.race([work(), life.death]);
      },
    };
  };
  const handlers = Array.from({ length: HANDLERS }, makeHandler);

  async function work(place: number): Promise<void> {
    const handler = handlers[place] as ReturnType<typeof makeHandler>;
    const batch = bus.take(1 + random.whole(4));
    const done = await handler.live(async () => {
      if (batch.length === 0) return handler.runner.wake().then((): Outcome[] => []);
      return handler.runner.handle(batch);
    });
    if (done === 'dead') handlers[place] = makeHandler();
    for (const [at, event] of batch.entries()) {
      const outcome = done === 'dead' ? undefined : done[at];
      // An early or unknown one comes again later: this bus keeps no order, and a start may be overtaken.
      const kept = outcome && !['failed', 'unknown-process', 'unhandled'].includes(outcome.status);
      if (kept) bus.acknowledge(event);
      else if (
        outcome?.status === 'unhandled' &&
        isOver(event, await stateOf(core, store, event.subject as string))
      )
        bus.acknowledge(event);
      else bus.giveBack(event);
    }
  }
  async function round(): Promise<void> {
    const working = Promise.all(handlers.map((_, place) => work(place)));
    let ended = false;
    void working.finally(() => {
      ended = true;
    });
    while (!ended) await turns.run();
    await working;
  }

  const ids = Array.from({ length: PROCESSES }, (_, place) => `p${place}`);
  const sent: CloudEvent[] = ids.flatMap((id) => [
    { specversion: '1.0', id: `begin-${id}`, source: '/user', type: 'evt.begin', subject: id },
    ...Array.from({ length: TICKS }, (_, n) => ({
      specversion: '1.0',
      id: `tick-${id}-${n}`,
      source: '/user',
      type: 'evt.tick',
      subject: id,
    })),
  ]);
  for (const event of sent) bus.send(event);
  for (let i = 0; i < 12; i++) {
    await round();
    now += random.pick([0, 1_000, 61_000, 301_000]);
  }
  rate = 0;
  // Calm: only redelivery and wakes. Whatever is not over after this many minutes is stuck.
  for (let i = 0; i < 25; i++) {
    await round();
    now += 61_000;
  }
  const states = new Map(
    await Promise.all(ids.map(async (id) => [id, await stateOf(core, store, id)] as const)),
  );
  return {
    seed,
    ids,
    sent,
    published: bus.log,
    acknowledged: bus.acknowledged,
    states,
    struck,
    unsettled: bus.empty ? 0 : 1,
  };
}

type State = { value: unknown; log: readonly string[]; outbox: number; timers: number };

async function stateOf(core: typeof Core, store: ProcessStore, id: string): Promise<State> {
  const orchestrator = core.createOrchestrator({ name: 'faults', machines: { '1': faultMachine } });
  const details = await core.createRunner(orchestrator, { store, publisher: core.memoryPublisher() }).get(id);
  const log = (details?.context as { log?: string[] } | undefined)?.log ?? [];
  return {
    value: details?.value,
    log,
    outbox: details?.outbox.length ?? 0,
    timers: details?.timers.length ?? 0,
  };
}

/** An answer that came a second time under its own id when the first is in the log: nothing is owed any more. */
function isOver(event: CloudEvent, state: State): boolean {
  return event.type !== 'evt.tick' && state.log.includes(event.id);
}

function carrying(
  store: ProcessStore,
  bus: FaultBus,
  publisher: ProcessStore['carries'] & object,
): ProcessStore {
  return {
    ...store,
    carries: publisher,
    async save(record, expected, effects = []) {
      const revision = await store.save(record, expected);
      for (const event of effects) bus.accept(event);
      return revision;
    },
  };
}
