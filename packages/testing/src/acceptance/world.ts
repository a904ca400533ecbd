import { AssertionError } from 'node:assert';
import {
  type CloudEvent,
  createCloudEvent,
  createFleet,
  defineCommand,
  type Fleet,
  type FleetRunner,
  messageOf,
  type Orchestrator,
  onCommand,
  type ProcessDetails,
  type Runner,
} from '@xorca/core';
import { arrivals } from './arrivals.ts';
import type { AcceptanceCell } from './cell.ts';
import { type Lives, peacefulLives } from './life.ts';
import { counted, fleetService, orchestratorService } from './service.ts';
import { texts } from './text-schema.ts';

/** A cell that is running: functions at both ends of its bus, and a clock that goes on only by `pass`. */
export interface World {
  /** Epoch ms. */
  now(): number;
  /** Publishes events as somebody outside does. */
  send(...events: readonly CloudEvent[]): Promise<void>;
  /** Waits until all that is on the bus has been taken. */
  settled(): Promise<void>;
  /** Lets time go on, wakes what is due then, and waits until the bus is quiet. */
  pass(ms: number): Promise<void>;
  /** One call of a function of the orchestrator, as it is deployed now. */
  call<Answer>(work: (runner: Runner) => Promise<Answer>): Promise<Answer>;
  /** The process as it is. Fails when it is not there. */
  get(id: string): Promise<ProcessDetails>;
  /** Puts another version of the orchestrator in the place of the one that runs. */
  deploy(orchestrator: Orchestrator): void;
  /** Has a function take an event at once and without the bus, as one does that nothing happens to. */
  overtake(event: CloudEvent): Promise<void>;
  /** Ids of what is due, as the store says. */
  due(): Promise<readonly string[]>;
  /** Events that came off the bus, each once, of these processes, in the order they came. */
  arrived(...subjects: readonly string[]): readonly CloudEvent[];
}

/** What a world is made with. */
export interface WorldOptions {
  readonly orchestrator: Orchestrator;
  /** Default: one that nobody asks. */
  readonly fleet?: Fleet;
  /** Commands that services take and leave unanswered, and what calls them off. Default: none. */
  readonly silent?: Pick<Fleet, 'types' | 'cancels'>;
  /** Default: nothing happens to anybody. */
  readonly lives?: Lives;
}

// In the future, so that nothing is over already by the real clock of a service.
const BEGIN = 1_900_000_000_000;

/** Opens a cell, plays in it, and closes it whatever happened. */
export async function inWorld(
  cell: AcceptanceCell,
  { orchestrator: first, fleet = idleFleet, silent, lives = peacefulLives }: WorldOptions,
  play: (world: World) => Promise<void>,
): Promise<void> {
  let now = BEGIN;
  const clock = { now: () => now };
  const { store, bus, close } = await cell.open(clock);
  const book = arrivals();
  const around = { store, publisher: bus.publisher, clock, arrivals: book, lives };
  let orchestrator = first;
  const orchestrating = orchestratorService(around, () => orchestrator);
  const answering = fleetService(around, fleet, silent);
  const calm = orchestratorService({ ...around, lives: peacefulLives }, () => orchestrator);
  const outside = counted(bus.publisher, book);
  const world: World = {
    now: clock.now,
    send: (...events) => outside.publish(events),
    settled: () => book.settled(),
    async pass(ms) {
      now += ms;
      await wake(orchestrating.call);
      await wakeFleet(answering.call);
      await book.settled();
    },
    call: (work) => orchestrating.call(work),
    async get(id) {
      const found = await orchestrating.call((runner) => runner.get(id));
      if (found) return found;
      throw new AssertionError({ message: `process ${id} is not there` });
    },
    deploy(next) {
      orchestrator = next;
    },
    async overtake(event) {
      const [outcome] = await calm.handle([event]);
      if (outcome?.status === 'applied') return;
      throw new AssertionError({ message: `event ${event.id} was ${outcome?.status}, not applied` });
    },
    due: () => store.due(now, 100),
    arrived: (...subjects) =>
      book.events.filter(({ subject }) => subject !== undefined && subjects.includes(subject)),
  };
  try {
    await bus.subscribe([orchestrating, answering]);
    await play(world);
  } finally {
    await bus.stop?.();
    await close?.();
  }
}

type Call<R> = <Answer>(work: (runner: R) => Promise<Answer>) => Promise<Answer>;

// A function that dies over a wake is started again by the next minute of its timer.
async function wake(call: Call<Runner>): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const woken = await call((runner) => runner.wake()).catch(messageOf);
    if (typeof woken !== 'string' && woken.failed.length === 0 && !woken.more) return;
  }
}

async function wakeFleet(call: Call<FleetRunner>): Promise<void> {
  await call((runner) => runner.wake()).catch(() => {});
}

const MOST_TRIES = 5;

/** An event from outside. */
export function outsideEvent(
  world: Pick<World, 'now'>,
  type: string,
  subject: string,
  data: unknown,
): CloudEvent {
  return createCloudEvent({
    id: `${type}/${subject}`,
    type,
    subject,
    source: '/outside',
    time: new Date(world.now()).toISOString(),
    data,
  });
}

const idleFleet = createFleet({
  source: '/srvc/idle',
  handlers: [onCommand(defineCommand('cmd.idle', { input: texts(), output: texts() }), async () => ({}))],
});
