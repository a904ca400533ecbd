import type { Orchestrator } from '@xorca/core';
import type { Services, SimulateOptions } from '../../src/simulation/simulate-options.ts';

/** Something to simulate, with what must hold for it beyond the eleven invariants. */
export interface System {
  readonly orchestrators: Orchestrator | readonly Orchestrator[];
  readonly services: Services;
  readonly options: SimulateOptions;
}
