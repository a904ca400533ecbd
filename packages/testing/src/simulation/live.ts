import type { ProcessDetails, ProcessStatus } from '@xorca/core';
import { calmDown, nextMoment } from './calm.ts';
import { type Drawn, drawWorld } from './draw-world.ts';
import { type Functions, startFunctions } from './functions.ts';
import type { Happening } from './happening.ts';
import { brokenBy, type Invariant, type SimulatedWorld } from './invariant.ts';
import { BEGINNING, openWorld } from './open-world.ts';
import { type Operator, operatorOf } from './operator.ts';
import { sendFromOutside } from './outside.ts';
import type { Replay } from './replay.ts';
import type { SimulationSettings } from './simulate-options.ts';
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

/** Lives through one world: a storm of faults, then calm until nothing is left to come. Stops at the first broken promise. */
export async function live(settings: SimulationSettings, replay: Replay): Promise<Lived> {
  const { seed } = replay;
  const drawn = drawWorld(settings, seed);
  const { world, fleets } = await openWorld(settings, replay);
  const { observer, faults, bus } = world;
  const end = BEGINNING + settings.horizonMs;
  const operator = operatorOf(world, drawn);
  const unhandled = new Map<string, string[]>();
  const functions = startFunctions(world, settings, {
    build: { ...drawn.build, onSave: () => ask(settings.always, seed, world) },
    fleets,
    operator,
    unhandled: (id, { type }) => void unhandled.set(id, [...(unhandled.get(id) ?? []), type]),
  });
  for (const id of drawn.ids) sendFromOutside(world, settings, { seed, id });
  await storm(world, { drawn, functions, operator, end });
  faults.calm();
  functions.deploy(settings.deploys.length);
  await calmDown(world, { functions, operator, end });
  if (observer.violations.length === 0) {
    const { processes, published } = observer;
    observer.blame(...(await judgeStored(world.store, processes)));
    const { mayRest, invariant } = settings;
    observer.blame(
      ...judgeEnd({ processes, published, mayRest, now: world.now, unhandled, undelivered: bus.unstarted }),
    );
    ask(invariant, seed, world);
  }
  const all = [...observer.processes.values(), ...observer.deleted.values()];
  return {
    seed,
    violations: observer.violations,
    struck: faults.struck,
    happenings: world.happenings,
    steps: observer.steps,
    saves: observer.saves,
    published: observer.published.size,
    statuses: all.map(({ record }) => record.status),
    spanMs: world.now - BEGINNING,
  };
}

interface Storm {
  readonly drawn: Drawn;
  readonly functions: Functions;
  readonly operator: Operator;
  /** Epoch ms of the end of all times. */
  readonly end: number;
}

/** Rounds full of faults, with deploys and whatever the operator does. */
async function storm(world: WorldState, { drawn, functions, operator, end }: Storm): Promise<void> {
  const { bus, random, observer } = world;
  for (let at = 0; at < drawn.stormRounds && observer.violations.length === 0; at++) {
    functions.deploy(drawn.deployAt.filter((round) => round <= at).length);
    operator.plan(functions.newest());
    await functions.round(false);
    // Where nothing is to be done, months go by at once.
    if (!bus.hasReady && random.share(0.7)) world.now = Math.max(world.now, nextMoment(world, end) ?? 0);
    world.now += random.pick([0, 0, 1_000, 11_000, 61_000, 301_000]);
  }
}

function ask(invariant: Invariant | undefined, seed: number, world: WorldState): void {
  if (!invariant) return;
  const { observer } = world;
  for (const message of brokenBy(invariant, simulatedWorld(seed, world))) {
    observer.blame({ invariant: 'yours', message, ...about(namedIn(message, observer.processes.keys())) });
  }
}

/** The process that words are about: the longest id they name. */
function namedIn(message: string, ids: Iterable<string>): string | undefined {
  const named = [...ids].filter((id) => message.includes(id));
  return named.sort((a, b) => b.length - a.length)[0];
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
