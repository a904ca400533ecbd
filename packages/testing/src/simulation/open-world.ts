import { type Fleet, memoryStore, type Orchestrator } from '@xorca/core';
import { type Subscriber, unreliableBus } from './bus.ts';
import { chanceFor } from './chance.ts';
import { type Faults, seededFaults } from './faults.ts';
import { observe } from './observer.ts';
import type { Replay } from './replay.ts';
import type { SimulationSettings } from './simulate-options.ts';
import { takeTurns } from './turns.ts';
import type { WorldState } from './world-state.ts';

/** When every world begins. */
export const BEGINNING = Date.UTC(2026, 0, 5, 9);

/** A world in which nothing has happened yet, and its services. */
export async function openWorld(
  settings: SimulationSettings,
  { seed, faults: only }: Replay,
): Promise<{ readonly world: WorldState; readonly fleets: readonly Fleet[] }> {
  const faults: Faults = seededFaults(seed, settings.rates, only && new Set(only));
  const observer = observe();
  const random = chanceFor(seed, 'order');
  const now = () => world.now;
  const fleets = settings.services({ random: chanceFor(seed, 'services'), now });
  const world: WorldState = {
    random,
    faults,
    observer,
    turns: takeTurns(chanceFor(seed, 'turns'), faults),
    bus: unreliableBus({
      subscribers: [
        ...settings.orchestrators.map((one) => processes(one, settings.deploys)),
        ...fleets.map(services),
      ],
      random,
      faults,
      now,
      exists: (id) => observer.processes.has(id) || observer.deleted.has(id),
    }),
    store: (await settings.store?.()) ?? memoryStore(),
    answers: memoryStore(),
    said: new Map(),
    happenings: [],
    now: BEGINNING,
    isStoreAway: false,
  };
  return { world, fleets };
}

/** A queue is the name's, whatever form is deployed: what a later form wants must not be lost before. */
function processes({ name, wants }: Orchestrator, deploys: readonly Orchestrator[]): Subscriber {
  const types = [wants, ...deploys.filter((other) => other.name === name).map((other) => other.wants)].flat();
  return { name, wants: ({ type }) => type.startsWith('evt.') || types.includes(type) };
}

function services({ name, types, cancels }: Fleet): Subscriber {
  return { name, wants: ({ type }) => types.includes(type) || cancels.includes(type) };
}
