import { memoryStore, type Orchestrator, type ProcessDetails, type ProcessStatus } from '@xorca/core';
import { unreliableBus } from './bus.ts';
import { chanceFor } from './chance.ts';
import { drawWorld } from './draw-world.ts';
import { seededFaults } from './faults.ts';
import { patientlySent } from './fleet-side.ts';
import type { Happening } from './happening.ts';
import { brokenBy, type SimulatedWorld } from './invariant.ts';
import { acknowledge, invoke } from './invocation.ts';
import { observe } from './observer.ts';
import { operatorOf } from './operator.ts';
import { sendFromOutside } from './outside.ts';
import type { Replay } from './replay.ts';
import { type Build, type Instance, startInstance } from './sandbox.ts';
import type { SimulationSettings } from './simulate-options.ts';
import { takeTurns } from './turns.ts';
import { judgeEnd, judgeStored } from './verdict.ts';
import type { Violation } from './violation.ts';
import { about, type WorldState } from './world-state.ts';

/** A world that has been lived through. */
export interface Lived {
  readonly seed: number;
  /** Promises it broke, first ones first. */
  readonly violations: readonly Violation[];
  readonly struck: readonly string[];
  readonly happenings: readonly Happening[];
  readonly steps: number;
  readonly saves: number;
  readonly published: number;
  /** How each process ended, or `active`; those that were deleted, too. */
  readonly statuses: readonly ProcessStatus[];
  /** How much of its own time went by. */
  readonly spanMs: number;
}

const BEGINNING = Date.UTC(2026, 0, 5, 9);
// A world that still moves then is taken to move for ever.
const MOST_CALM_ROUNDS = 2_000;
const MOST_STEPS = 50_000;
const A_MOMENT_MS = 61_000;

/** Lives through one world: a storm of faults, then calm until nothing is left to come. Stops at the first broken promise. */
export async function live(settings: SimulationSettings, replay: Replay): Promise<Lived> {
  const { seed } = replay;
  const drawn = drawWorld(settings, seed);
  const random = chanceFor(seed, 'order');
  const faults = seededFaults(seed, settings.rates, replay.faults && new Set(replay.faults));
  const turns = takeTurns(chanceFor(seed, 'turns'), faults);
  const observer = observe();
  const fleets = settings.services({ random: chanceFor(seed, 'services'), now: () => world.now });
  const store = (await settings.store?.()) ?? memoryStore();
  const unhandled = new Map<string, string[]>();
  const bus = unreliableBus({
    subscribers: [
      ...settings.orchestrators.map(({ name, wants }) => ({
        name,
        wants: ({ type }: { type: string }) => type.startsWith('evt.') || wants.includes(type),
      })),
      ...fleets.map(({ name, types, cancels }) => ({
        name,
        wants: ({ type }: { type: string }) => types.includes(type) || cancels.includes(type),
      })),
    ],
    random,
    faults,
    now: () => world.now,
    exists: (id) => observer.processes.has(id) || observer.deleted.has(id),
  });
  const world: WorldState = {
    random,
    turns,
    faults,
    bus,
    observer,
    store,
    answers: memoryStore(),
    said: new Map(),
    happenings: [],
    now: BEGINNING,
    isStoreAway: false,
  };
  const build: Build = { ...drawn.build, onSave: () => ask(settings.always) };
  const operator = operatorOf(world, drawn);
  const silentAbout = patientlySent([...settings.orchestrators, ...settings.deploys]);
  let deploy = 0;
  const orchestratorsAt = (count: number): readonly Orchestrator[] =>
    settings.orchestrators.map(
      (one) => settings.deploys.slice(0, count).findLast(({ name }) => name === one.name) ?? one,
    );
  const start = (place: number) =>
    startInstance(world, build, {
      name: `fn${place + 1}`,
      deploy,
      orchestrators: orchestratorsAt(deploy),
      fleets,
    });
  const instances = Array.from({ length: settings.handlers }, (_, place) => start(place));

  function ask(invariant: SimulationSettings['invariant']): void {
    if (!invariant) return;
    for (const message of brokenBy(invariant, simulatedWorld(seed, world))) {
      observer.blame({ invariant: 'yours', message, ...about(namedIn(message)) });
    }
  }

  /** The process that words are about: the longest id they name. */
  function namedIn(message: string): string | undefined {
    const named = [...observer.processes.keys()].filter((id) => message.includes(id));
    return named.sort((a, b) => b.length - a.length)[0];
  }

  async function work(place: number, isCalm: boolean): Promise<void> {
    // A deploy does not stop what runs: functions with old code and with new ones work side by side.
    if ((instances[place] as Instance).deploy !== deploy && (isCalm || random.share(0.3)))
      instances[place] = start(place);
    const instance = instances[place] as Instance;
    const deliveries = bus.take(1 + random.whole(4));
    const wakes = deliveries.length === 0 || random.share(0.2);
    await Promise.race([operator.work(instance), instance.life.death]);
    const outcomes = instance.life.isOver
      ? undefined
      : await invoke(instance, { deliveries, wakes }, silentAbout);
    acknowledge(world, instance, deliveries, outcomes, (processId, { type }) => {
      unhandled.set(processId, [...(unhandled.get(processId) ?? []), type]);
    });
    if (instance.life.isOver) instances[place] = start(place);
  }

  async function round(isCalm: boolean): Promise<void> {
    world.isStoreAway = faults.strikes('outage');
    const working = Promise.all(instances.map((_, place) => work(place, isCalm)));
    let isOver = false;
    const ended = working.finally(() => {
      isOver = true;
    });
    while (!isOver) await turns.run();
    await ended;
  }

  /** Epoch ms of what comes next by itself; undefined: nothing does before the horizon. */
  function next(): number | undefined {
    const moments = [bus.nextAt, ...[...observer.processes.values()].map(({ record }) => record.wakeAt)];
    const at = Math.min(...moments.flatMap((moment) => moment ?? []));
    return at <= BEGINNING + settings.horizonMs ? at : undefined;
  }

  for (const id of drawn.ids) sendFromOutside(world, settings, { seed, id });
  for (let at = 0; at < drawn.stormRounds && observer.violations.length === 0; at++) {
    while (drawn.deployAt[deploy] === at) deploy++;
    const newest = new Map(
      orchestratorsAt(deploy).map(({ name, versions }) => [name, versions.at(-1) ?? '']),
    );
    operator.plan(at, newest);
    await round(false);
    // Where nothing is to be done, months go by at once.
    if (!bus.hasReady && random.share(0.7)) world.now = Math.max(world.now, next() ?? 0);
    world.now += random.pick([0, 0, 1_000, 11_000, A_MOMENT_MS, 301_000]);
  }
  deploy = settings.deploys.length;
  faults.calm();
  await calmDown();
  if (observer.violations.length === 0) {
    observer.blame(...(await judgeStored(store, observer.processes)));
    const { processes, published } = observer;
    observer.blame(
      ...judgeEnd({
        processes,
        published,
        mayRest: settings.mayRest,
        now: world.now,
        unhandled,
        undelivered: bus.unstarted,
      }),
    );
    ask(settings.invariant);
  }
  return {
    seed,
    violations: observer.violations,
    struck: faults.struck,
    happenings: world.happenings,
    steps: observer.steps,
    saves: observer.saves,
    published: observer.published.size,
    statuses: [...observer.processes.values(), ...observer.deleted.values()].map(
      ({ record }) => record.status,
    ),
    spanMs: world.now - BEGINNING,
  };

  async function calmDown(): Promise<void> {
    for (let at = 0; at < MOST_CALM_ROUNDS && observer.steps < MOST_STEPS; at++) {
      if (observer.violations.length > 0) return;
      operator.mend();
      const { saves } = observer;
      await round(true);
      if (bus.hasReady || !operator.isIdle) continue;
      const due = next();
      if (due === undefined) {
        // A lazily confirmed event, a process that rests after a failed wake: one more look in a minute.
        if (observer.saves === saves && at > 0) return;
        world.now += A_MOMENT_MS;
      } else if (due > world.now) world.now = due;
      // It was due and did not move: whoever failed with it rests for a minute.
      else if (observer.saves === saves) world.now += A_MOMENT_MS;
    }
    const still = bus.queued.map(({ event, to }) => `${event.type} ${event.id} for ${to}`).slice(0, 5);
    const what = still.length > 0 ? `; still on their way: ${still.join(', ')}` : '';
    observer.blame({
      invariant: 'no stuck process',
      message: `the world never comes to rest${what}. If processes do something for ever, give simulate a shorter horizon`,
    });
  }
}

function simulatedWorld(seed: number, { now, observer }: WorldState): SimulatedWorld {
  const { processes, deleted, published } = observer;
  return {
    seed,
    now,
    // Made when it is asked for: after each save, most of it never is.
    get processes() {
      const all = [...deleted, ...processes];
      return new Map<string, ProcessDetails>(all.map(([id, { inspection }]) => [id, inspection.details]));
    },
    get published() {
      return [...published.values()];
    },
  };
}
