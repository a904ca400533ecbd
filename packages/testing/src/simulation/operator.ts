import { isXorcaError, type Runner } from '@xorca/core';
import type { Drawn } from './draw-world.ts';
import type { Instance } from './sandbox.ts';
import { note, type WorldState } from './world-state.ts';

/** Somebody in charge, who cancels, migrates and redrives, and tries again what did not go through. */
export interface Operator {
  /** Takes up what is to be done in the next round. */
  plan(newest: ReadonlyMap<string, string>): void;
  /** After the storm: what the bus refused is sent once more. */
  mend(): void;
  /** Does what is to be done, through a function. */
  work(instance: Instance): Promise<void>;
  readonly isIdle: boolean;
}

interface Wish {
  readonly id: string;
  readonly kind: 'cancel' | 'migrate' | 'redrive';
  readonly version?: string;
}

// Nothing is refused any more by then: what does not go out after so many never does.
const MOST_REDRIVES = 10;

/** The operator of a world. */
export function operatorOf(world: WorldState, drawn: Drawn): Operator {
  const wishes = new Set<Wish>();
  const waiting = {
    cancel: new Map(drawn.cancelAt),
    migrate: new Map(drawn.migrateAt),
  };
  const redriven = new Map<string, number>();
  const begun = new Map<string, number>();
  let round = 0;

  async function fulfil(wish: Wish, runner: Runner): Promise<void> {
    if (wish.kind === 'cancel') await runner.cancel(wish.id, { reason: 'by the operator' });
    else if (wish.kind === 'redrive') await runner.redrive(wish.id);
    else await runner.migrate(wish.id, wish.version ?? '');
  }

  return {
    get isIdle() {
      return wishes.size === 0;
    },
    plan(newest) {
      round++;
      for (const id of world.observer.processes.keys()) if (!begun.has(id)) begun.set(id, round);
      for (const kind of ['cancel', 'migrate'] as const) {
        for (const [id, at] of waiting[kind]) {
          const record = world.observer.processes.get(id)?.record;
          if (!record || round < (begun.get(id) ?? round) + at) continue;
          const version = newest.get(record.orchestrator);
          // Nobody migrates to what is not deployed yet.
          if (kind === 'migrate' && version === record.version) continue;
          wishes.add({ id, kind, ...(version === undefined ? {} : { version }) });
          waiting[kind].delete(id);
        }
      }
    },
    mend() {
      for (const [id, { record, inspection }] of world.observer.processes) {
        if ([...wishes].some((wish) => wish.id === id)) continue;
        const { problem, outbox } = inspection.details;
        // Behind another problem a refused event is seen only by this: nothing wakes the process to send it.
        const isRefused = problem?.kind === 'effect' || (outbox.length > 0 && record.wakeAt === null);
        const times = redriven.get(id) ?? 0;
        if (!isRefused || times >= MOST_REDRIVES) continue;
        redriven.set(id, times + 1);
        wishes.add({ id, kind: 'redrive' });
      }
    },
    async work(instance) {
      for (const wish of [...wishes]) {
        const owner = world.observer.processes.get(wish.id)?.record.orchestrator;
        const runner = instance.runners.find(({ orchestrator }) => orchestrator.name === owner);
        if (!runner) {
          wishes.delete(wish);
          continue;
        }
        // Taken off first, so that two functions do not do it at once; whoever dies over it leaves it undone.
        wishes.delete(wish);
        note(instance, `${wish.kind} by hand`, wish.id);
        try {
          await fulfil(wish, runner);
        } catch (error) {
          if (isXorcaError(error) && error.retryable) wishes.add(wish);
          else
            note(
              instance,
              `${wish.kind} refused: ${error instanceof Error ? error.message : error}`,
              wish.id,
            );
        }
      }
    },
  };
}
