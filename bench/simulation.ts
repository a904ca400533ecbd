import { simulate } from '@xorca/testing';
import { orders } from '../packages/testing/test/simulation/orders.ts';
import { atLeast, info, type Row } from './row.ts';

const WORLDS = 100;

/** (i) How fast a simulation lives through worlds full of faults, with every save judged. One core. */
export async function simulation(): Promise<Row[]> {
  const { orchestrators, services, options } = orders;
  const run = (seeds: number) => simulate(orchestrators, services, { ...options, seeds });
  await run(10);
  const { stepsPerSecond, steps, worlds, saves } = await run(WORLDS);
  return [
    atLeast('steps in worlds of faults (three functions, three orders)', stepsPerSecond, 'steps/s', 500),
    info('  steps a world', steps / worlds, 'steps'),
    info('  saves a world', saves / worlds, 'saves'),
  ];
}
