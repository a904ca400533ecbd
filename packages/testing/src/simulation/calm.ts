import type { Functions } from './functions.ts';
import type { Operator } from './operator.ts';
import type { WorldState } from './world-state.ts';

// A world that still moves then is taken to move for ever.
const MOST_ROUNDS = 2_000;
const MOST_STEPS = 50_000;
const A_MOMENT_MS = 61_000;

/** Epoch ms of what comes next by itself; undefined: nothing does until `end`. */
export function nextMoment({ bus, observer }: WorldState, end: number): number | undefined {
  const moments = [bus.nextAt, ...[...observer.processes.values()].map(({ record }) => record.wakeAt)];
  const at = Math.min(...moments.flatMap((moment) => moment ?? []));
  return at <= end ? at : undefined;
}

/** Goes on without faults until nothing is on its way and nothing is due, or a promise is broken. */
export async function calmDown(
  world: WorldState,
  {
    functions,
    operator,
    end,
  }: { readonly functions: Functions; readonly operator: Operator; readonly end: number },
): Promise<void> {
  const { bus, observer } = world;
  for (let at = 0; at < MOST_ROUNDS && observer.steps < MOST_STEPS; at++) {
    if (observer.violations.length > 0) return;
    operator.plan(functions.newest());
    operator.mend();
    const { saves } = observer;
    await functions.round(true);
    if (bus.hasReady || !operator.isIdle) continue;
    const isStill = observer.saves === saves;
    const due = nextMoment(world, end);
    if (due === undefined) {
      // A lazily confirmed event, a process that rests after a failed wake: one more look in a minute.
      if (isStill && at > 0) return;
      world.now += A_MOMENT_MS;
    } else if (due > world.now) world.now = due;
    // It was due and did not move: whoever failed with it rests for a minute.
    else if (isStill) world.now += A_MOMENT_MS;
  }
  const still = bus.queued
    .map(({ event, to, why }) => `${event.type} ${event.id} for ${to}${why ? ` (${why})` : ''}`)
    .slice(0, 3);
  const what = still.length > 0 ? `; still on their way: ${still.join(', ')}` : '';
  const message = `the world never comes to rest${what}. If processes do something for ever, give simulate a shorter horizon: a world has ${MOST_ROUNDS} rounds and ${MOST_STEPS} steps`;
  observer.blame({ invariant: 'no stuck process', message });
}
