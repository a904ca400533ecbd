import type { ProcessStore } from '@xorca/core';
import type { Bus } from './bus.ts';
import type { Chance } from './chance.ts';
import type { Faults } from './faults.ts';
import type { Happening } from './happening.ts';
import type { Life } from './life.ts';
import type { SeenStep } from './observed.ts';
import type { Observer } from './observer.ts';
import type { Turns } from './turns.ts';

/** What the parts of a world share. Changed by them, in turns. */
export interface WorldState {
  readonly random: Chance;
  readonly turns: Turns;
  readonly faults: Faults;
  readonly bus: Bus;
  readonly observer: Observer;
  /** The store as it really is. */
  readonly store: ProcessStore;
  /** Where fleets that remember their answers keep them. */
  readonly answers: ProcessStore;
  /** What fleets that remember their answers have answered, by the answer's id. */
  readonly said: Map<string, string>;
  readonly happenings: Happening[];
  /** Epoch ms. */
  now: number;
  /** Nobody reaches the store. */
  isStoreAway: boolean;
}

/** One function instance in a world. */
export interface Sandbox {
  /** `fn1`. */
  readonly name: string;
  readonly world: WorldState;
  readonly life: Life;
  /** Steps that the save being called was made of. */
  saving: readonly SeenStep[];
}

// What a call to a service in the same region takes, so that a deadline can pass in the middle of an invocation.
const CALL_MS = 2;

/** Notes what happened, for the diagram. */
export function happened(world: WorldState, what: Omit<Happening, 'at'>): Happening {
  const happening = { at: world.now, ...what };
  world.happenings.push(happening);
  return happening;
}

/** A turn of one's own; whoever died meanwhile never comes back from it. */
export async function ownTurn({ world, life }: Sandbox): Promise<void> {
  await world.turns.wait();
  world.now += CALL_MS;
  if (life.isOver) await life.die();
}

/** Dies here, if the fault strikes. */
export async function mayDie(sandbox: Sandbox, where: string, processId: string | undefined): Promise<void> {
  if (!sandbox.world.faults.strikes('crash')) return;
  note(sandbox, `crashes ${where}`, processId);
  await sandbox.life.die();
}

/** A note over a function. */
export function note(sandbox: Sandbox, text: string, processId: string | undefined): void {
  happened(sandbox.world, { from: sandbox.name, text, ...about(processId) });
}

/** The part of a happening that says which process it is about. */
export function about(processId: string | undefined): { readonly processId?: string } {
  return processId === undefined ? {} : { processId };
}
