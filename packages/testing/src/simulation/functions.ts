import { type CloudEvent, type Fleet, type Orchestrator, XorcaError } from '@xorca/core';
import { patientlySent } from './fleet-side.ts';
import { acknowledge, invoke } from './invocation.ts';
import type { Operator } from './operator.ts';
import { type Build, type Instance, startInstance } from './sandbox.ts';
import type { SimulationSettings } from './simulate-options.ts';
import type { WorldState } from './world-state.ts';

/** The functions of a world. */
export interface Functions {
  /** Lets each do one invocation, all of them at once. In a calm one those with old code have given way. */
  round(isCalm: boolean): Promise<void>;
  /** From now on cold starts are of so many deploys. */
  deploy(count: number): void;
  /** The newest version that is deployed, by the orchestrator's name. */
  newest(): ReadonlyMap<string, string>;
}

/** What functions work with. */
export interface Crew {
  readonly build: Build;
  readonly fleets: readonly Fleet[];
  readonly operator: Operator;
  /** Is told of events that no state took. */
  readonly unhandled: (processId: string, event: CloudEvent) => void;
}

// Whoever waits so long waits for something that is no part of the world.
const MOST_STANDSTILL_MS = 5_000;

/** Starts the functions of a world. */
export function startFunctions(world: WorldState, settings: SimulationSettings, crew: Crew): Functions {
  const { build, fleets, operator, unhandled } = crew;
  const { random, bus, turns } = world;
  const silentAbout = patientlySent([...settings.orchestrators, ...settings.deploys]);
  let deploys = 0;
  const start = (place: number) =>
    startInstance(world, build, {
      name: `fn${place + 1}`,
      deploy: deploys,
      orchestrators: deployed(),
      fleets,
    });
  const instances = Array.from({ length: settings.handlers }, (_, place) => start(place));

  function deployed(): readonly Orchestrator[] {
    const done = settings.deploys.slice(0, deploys);
    return settings.orchestrators.map((one) => done.findLast(({ name }) => name === one.name) ?? one);
  }

  async function work(place: number, isCalm: boolean): Promise<void> {
    // A deploy does not stop what runs: functions with old code and with new ones work side by side.
    const isOld = instances[place]?.deploy !== deploys;
    if (isOld && (isCalm || random.share(0.3))) instances[place] = start(place);
    const instance = instances[place] as Instance;
    const deliveries = bus.take(1 + random.whole(4));
    const wakes = deliveries.length === 0 || random.share(0.2);
    await Promise.race([operator.work(instance), instance.life.death]);
    const outcomes = instance.life.isOver
      ? undefined
      : await invoke(instance, { deliveries, wakes }, silentAbout);
    acknowledge(world, instance, deliveries, outcomes, unhandled);
    if (instance.life.isOver) instances[place] = start(place);
  }

  return {
    async round(isCalm) {
      world.isStoreAway = world.faults.strikes('outage');
      let isOver = false;
      const working = Promise.all(instances.map((_, place) => work(place, isCalm))).finally(() => {
        isOver = true;
      });
      let movedAt = performance.now();
      while (!isOver) {
        if ((await turns.run()) > 0) movedAt = performance.now();
        else if (performance.now() - movedAt > MOST_STANDSTILL_MS) throw standstill();
      }
      await working;
    },
    deploy(count) {
      deploys = count;
    },
    newest: () => new Map(deployed().map(({ name, versions }) => [name, versions.at(-1) ?? ''])),
  };
}

function standstill(): XorcaError {
  return new XorcaError(
    'XORCA_CONFIG',
    'Nothing in the simulation has moved for five seconds of real time: a handler of a fleet, a promise of a machine or the store waits for something outside. Let handlers answer at once; simulate makes answers late by itself.',
  );
}
