import { XorcaError } from '@xorca/core';
import type { Taken, World } from './world.ts';

// What is due a hundred times at one moment (a run fires a hundred zero delays by itself) will be due for ever.
const MAX_WAKES_AT_ONCE = 100;
// A timer each second for a day. A test of more wants to be told that it takes its time.
const MAX_WAKES = 100_000;

/** Lets time pass, from each moment at which something is due to the next, waking at each of them. */
export async function passTime(world: World, ms: number): Promise<Taken> {
  const end = world.now + ms;
  let atOnce = 0;
  let wakes = 0;
  for (;;) {
    const next = (await world.store.load(world.id))?.record.wakeAt ?? Number.POSITIVE_INFINITY;
    if (next > end) break;
    atOnce = next > world.now ? 0 : atOnce + 1;
    if (atOnce > MAX_WAKES_AT_ONCE || ++wakes > MAX_WAKES) return restless(world, atOnce);
    world.now = Math.max(world.now, next);
    const { failed } = await world.runner.wake();
    const error = failed[0]?.error;
    if (error) return { outcome: 'failed', error };
  }
  world.now = end;
  return { outcome: wakes > 0 ? 'applied' : 'idle' };
}

function restless({ id }: World, atOnce: number): Taken {
  const what =
    atOnce > MAX_WAKES_AT_ONCE
      ? 'is due again and again at one and the same moment: a delay of nothing leads back to itself'
      : `was due more than ${MAX_WAKES} times: let less time pass in one step, or lengthen the delay that comes back`;
  return {
    outcome: 'failed',
    error: new XorcaError('XORCA_MACHINE', `Process ${JSON.stringify(id)} ${what}.`, { processId: id }),
  };
}
