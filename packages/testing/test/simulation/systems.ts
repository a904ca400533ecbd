import { simulate } from '../../src/simulation/simulate.ts';
import type { SimulateOptions } from '../../src/simulation/simulate-options.ts';
import type { SimulationReport } from '../../src/simulation/simulation-report.ts';
import { checks } from './checks.ts';
import { orders } from './orders.ts';
import { payable } from './payments.ts';

/** Everything that core is simulated with. */
export const systems = { checks, orders, payable };

/** The name of one. */
export type SystemName = keyof typeof systems;

/** Lives through worlds of one system. */
export function simulated(name: SystemName, options: SimulateOptions): Promise<SimulationReport> {
  const { orchestrators, services, options: own } = systems[name];
  return simulate(orchestrators, services, { ...own, ...options });
}
