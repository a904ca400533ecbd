import {
  type CloudEvent,
  createFleetRunner,
  createRunner,
  type EventPublisher,
  type Fleet,
  type FleetRunner,
  type Journal,
  type Orchestrator,
  type Platform,
  type Runner,
  type RunnerOptions,
} from '@xorca/core';
import { failingMachine } from './failing-machine.ts';
import { sendAnswers } from './fleet-side.ts';
import { beginLife } from './life.ts';
import { stepTelemetry } from './step-telemetry.ts';
import { deafScheduler, unreliableJournal } from './unreliable-hints.ts';
import { type Leases, unreliableLock } from './unreliable-lock.ts';
import { sendDecided, unreliablePublisher } from './unreliable-publisher.ts';
import { type StoreWitness, unreliableStore } from './unreliable-store.ts';
import type { Sandbox, WorldState } from './world-state.ts';

/** What a world's functions are made of, drawn once for each world. */
export interface Build {
  readonly options: RunnerOptions;
  readonly isCarried: boolean;
  readonly leases: Leases | undefined;
  readonly hasScheduler: boolean;
  readonly journal: Journal | undefined;
  readonly isIdempotent: boolean;
  /** Called after each save. */
  readonly onSave: () => void;
}

/** One function instance with all orchestrators and fleets in it, as they are deployed at its cold start. */
export interface Instance extends Sandbox {
  /** Which deploy it is of. */
  readonly deploy: number;
  readonly runners: readonly Runner[];
  readonly fleets: readonly FleetRunner[];
}

/** A cold start. */
export function startInstance(
  world: WorldState,
  build: Build,
  what: {
    readonly name: string;
    readonly deploy: number;
    readonly orchestrators: readonly Orchestrator[];
    readonly fleets: readonly Fleet[];
  },
): Instance {
  const sandbox: Sandbox = { name: what.name, world, life: beginLife(), saving: [] };
  const publisher = unreliablePublisher(sandbox, (events) => sendDecided(sandbox, events));
  const platform = platformOf(sandbox, build, publisher);
  const options = { ...build.options, telemetry: stepTelemetry(sandbox), report: () => {}, random: () => 0 };
  const runners = what.orchestrators.map((orchestrator) =>
    createRunner(
      failingMachine(orchestrator, () => world.faults.strikes('throwing')),
      platform,
      options,
    ),
  );
  const fleets = what.fleets.map((fleet) => fleetRunnerOf(sandbox, build, fleet));
  return Object.assign(sandbox, { deploy: what.deploy, runners, fleets });
}

function platformOf(sandbox: Sandbox, build: Build, publisher: EventPublisher): Platform {
  const { world } = sandbox;
  const witness = (): StoreWitness => {
    const { saving: steps } = sandbox;
    return {
      saved(record, effects) {
        world.observer.saved({ record, steps, carried: effects, now: world.now });
        // In the save's own transaction: nothing can come between.
        if (effects.length > 0) sendDecided(sandbox, effects);
        build.onSave();
      },
      deleted: (id) => world.observer.removed(id),
    };
  };
  return {
    store: unreliableStore(sandbox, {
      store: world.store,
      ...(build.isCarried ? { carries: publisher } : {}),
      witness,
    }),
    publisher,
    clock: { now: () => world.now },
    ...(build.leases ? { lock: unreliableLock(sandbox, build.leases) } : {}),
    ...(build.hasScheduler ? { scheduler: deafScheduler(sandbox) } : {}),
    ...(build.journal ? { journal: unreliableJournal(sandbox, build.journal) } : {}),
  };
}

function fleetRunnerOf(sandbox: Sandbox, { isIdempotent }: Build, fleet: Fleet): FleetRunner {
  const { world } = sandbox;
  const publisher = unreliablePublisher(sandbox, (events: readonly CloudEvent[]) =>
    sendAnswers(sandbox, { fleet: fleet.name, remembers: isIdempotent }, events),
  );
  const nobody: StoreWitness = { saved() {}, deleted() {} };
  const store = unreliableStore(sandbox, { store: world.answers, witness: () => nobody });
  return createFleetRunner(
    fleet,
    { publisher, clock: { now: () => world.now } },
    { report: () => {}, ...(isIdempotent ? { idempotency: { store } } : {}) },
  );
}
