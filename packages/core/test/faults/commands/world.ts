import type * as Core from '../../../src/index.ts';
import type { CloudEvent, Outcome, ProcessDetails, Runner } from '../../../src/index.ts';
import { faultyPublisher, faultyStore, type Invocation, invocation } from '../ports.ts';
import { seeded } from '../random.ts';
import { takeTurns } from '../turns.ts';
import { commandBus } from './bus.ts';
import { contracts } from './contracts.ts';
import { orderMachine, subMachine } from './machines.ts';

/** How a world ended, for the invariants to judge. */
export interface CommandWorldEnd {
  readonly orders: ReadonlyMap<string, ProcessDetails | undefined>;
  readonly subs: ReadonlyMap<string, ProcessDetails | undefined>;
  /** Orders that somebody cancelled, whether or not in time. */
  readonly cancelled: ReadonlySet<string>;
  readonly migrated: ReadonlySet<string>;
  readonly published: readonly CloudEvent[];
  readonly struck: ReadonlyMap<string, number>;
  readonly restless: boolean;
}

const ORDERS = ['o0', 'o1', 'o2'];
const HANDLERS = 3;
const STORMY_ROUNDS = 16;
const CALM_ROUNDS = 60;

/** Lives through one seeded world of commands: versions and cancellations between events, faults everywhere, then calm. */
export async function liveWithCommands(core: typeof Core, seed: number): Promise<CommandWorldEnd> {
  const random = seeded(seed);
  const turns = takeTurns(random);
  const struck = new Map<string, number>();
  let now = 1_800_000_000_000;
  let rate = 0.03;
  let deployed: 1 | 2 = 1;
  const bus = commandBus(
    random,
    () => now,
    () => rate,
  );
  const store = core.memoryStore();
  const cancelled = new Set<string>();
  const migrated = new Set<string>();
  const options = {
    settle: random.pick(['eager', 'lazy'] as const),
    warm: random.pick([0, 10]),
    resendAfter: '1m' as const,
    random: () => 0,
    maxTries: 8,
    report: () => {},
  };
  const machines = { 1: orderMachine(core, 1), 2: orderMachine(core, 2) };
  const order = (version: 1 | 2) =>
    core.createOrchestrator({
      name: 'order',
      startOn: 'evt.begin',
      buffer: { 'evt.approval': '7d' },
      machines: version === 1 ? { '1': machines[1] } : { '1': machines[1], '2': machines[2] },
      migrations: version === 1 ? {} : { '1': { to: '2' } },
    });
  const orchestrators = {
    1: order(1),
    2: order(2),
    sub: core.createOrchestrator({
      name: 'sub',
      startOn: contracts.sub,
      machines: { '1': subMachine(core) },
    }),
  };

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
    const platform = { store: faultyStore(store, faults), publisher, clock: { now: () => now } };
    return {
      version: deployed,
      order: core.createRunner(orchestrators[deployed], platform, options),
      sub: core.createRunner(orchestrators.sub, platform, options),
      live<Result>(work: () => Promise<Result>): Promise<Result | 'dead'> {
        life = invocation();
        return Promise.race([work(), life.death]);
      },
    };
  };
  type Handler = ReturnType<typeof makeHandler>;
  const handlers = Array.from({ length: HANDLERS }, makeHandler);

  async function work(place: number): Promise<void> {
    if (handlers[place]?.version !== deployed) handlers[place] = makeHandler();
    const handler = handlers[place] as Handler;
    const batch = bus.take(1 + random.whole(4));
    const orders = batch.filter((event) => !isSubs(event));
    const subs = batch.filter(isSubs);
    const done = await handler.live(async () => {
      await inCharge(handler);
      if (batch.length === 0) {
        await handler.order.wake();
        await handler.sub.wake();
        return [];
      }
      const outcomes: Outcome[] = [];
      if (orders.length > 0) outcomes.push(...(await handler.order.handle(orders)));
      if (subs.length > 0) outcomes.push(...(await handler.sub.handle(subs)));
      return outcomes;
    });
    if (done === 'dead') handlers[place] = makeHandler();
    for (const [at, event] of [...orders, ...subs].entries()) {
      const status = done === 'dead' ? undefined : done[at]?.status;
      if (status === undefined || status === 'failed' || status === 'unknown-process') bus.giveBack(event);
    }
  }

  /** Somebody cancels or migrates; what does not go through is tried again. */
  async function inCharge({ order: runner, version }: Handler): Promise<void> {
    for (const id of doomedLate) if ((await valueOfOrder(runner, id)) === 'closing') cancelled.add(id);
    for (const id of cancelled) await attempted(runner.cancel(id));
    if (version === 2) for (const id of migrated) await attempted(runner.migrate(id, '2'));
  }

  async function round(): Promise<void> {
    const working = Promise.all(handlers.map((_, place) => work(place)));
    let over = false;
    void working.finally(() => {
      over = true;
    });
    while (!over) await turns.run();
    await working;
  }

  const deployAt = random.whole(STORMY_ROUNDS * 2);
  const doomed = random.pick([[], [ORDERS[0]], [ORDERS[0], ORDERS[1]]] as const);
  const cancelAt = random.whole(STORMY_ROUNDS);
  // Cancelled while a process of its own works for them.
  const doomedLate = random.chance(0.5) ? [ORDERS[2] as string] : [];
  const moving = ORDERS.filter(() => random.chance(0.5));
  for (const id of ORDERS) {
    bus.send({ specversion: '1.0', id: `begin-${id}`, source: '/user', type: 'evt.begin', subject: id });
    const approval = {
      specversion: '1.0',
      id: `yes-${id}`,
      source: '/user',
      type: 'evt.approval',
      subject: id,
    };
    bus.send(approval, now + random.pick([0, 100_000, 900_000]));
    for (const [type, odds] of [
      ['evt.skip', 0.2],
      ['evt.again', 0.3],
    ] as const) {
      const event = { specversion: '1.0', id: `${type}-${id}`, source: '/user', type, subject: id };
      if (random.chance(odds)) bus.send(event, now + random.whole(100_000));
    }
  }
  for (let at = 0; at < STORMY_ROUNDS; at++) {
    if (at === deployAt) deployed = 2;
    if (at === cancelAt) for (const id of doomed) if (id) cancelled.add(id);
    if (at > deployAt) for (const id of moving) migrated.add(id);
    await round();
    now += random.pick([0, 1_000, 11_000, 61_000]);
  }
  rate = 0;
  for (let at = 0; at < CALM_ROUNDS; at++) {
    await round();
    now += 61_000;
  }
  const reader = (orchestrator: Core.Orchestrator): Runner =>
    core.createRunner(orchestrator, { store, publisher: core.memoryPublisher(), clock: { now: () => now } });
  const orders = reader(orchestrators[deployed]);
  const subs = reader(orchestrators.sub);
  const subIds = new Set(
    bus.log.filter(({ type }) => type === 'cmd.sub').map(({ commandid, source }) => `${commandid}@${source}`),
  );
  const details = async (runner: Runner, ids: Iterable<string>) =>
    new Map(await Promise.all([...ids].map(async (id) => [id, await runner.get(id)] as const)));
  return {
    orders: await details(orders, ORDERS),
    subs: await details(subs, subIds),
    cancelled,
    migrated: deployed === 2 ? migrated : new Set(),
    published: bus.log,
    struck: new Map([...struck, ...bus.struck]),
    restless: !bus.empty,
  };
}

function isSubs({ type }: CloudEvent): boolean {
  return type === 'cmd.sub' || type === 'cmd.sub.cancel' || type.startsWith('evt.inner.');
}

async function valueOfOrder(runner: Runner, id: string): Promise<unknown> {
  const order = await runner.get(id).catch(() => undefined);
  return order?.status === 'active' ? order.value : undefined;
}

async function attempted(call: Promise<unknown>): Promise<void> {
  await call.catch(() => {});
}
