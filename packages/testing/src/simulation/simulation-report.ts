import type { ProcessStatus } from '@xorca/core';
import { FAULT_NAMES, type FaultName, kindOf } from './faults.ts';
import type { Lived } from './live.ts';

/** What a simulation went through without breaking a promise. */
export interface SimulationReport {
  readonly worlds: number;
  /** Steps of machines that were saved. */
  readonly steps: number;
  readonly saves: number;
  /** Events that processes sent. */
  readonly published: number;
  /** How often each fault struck; one that never did proves nothing. */
  readonly faults: Readonly<Record<FaultName, number>>;
  /** Processes by how they ended. */
  readonly processes: Readonly<Record<ProcessStatus, number>>;
  /** Longest time that went by in a world, in ms of its own. */
  readonly longestMs: number;
  /** Saved steps in a second of real time, by this machine. */
  readonly stepsPerSecond: number;
}

/** Adds up worlds. `tookMs` is real time. */
export function reportOf(worlds: readonly Lived[], tookMs: number): SimulationReport {
  const sum = (of: (world: Lived) => number) => worlds.reduce((all, world) => all + of(world), 0);
  const faults = Object.fromEntries(FAULT_NAMES.map((name) => [name, 0])) as Record<FaultName, number>;
  for (const { struck } of worlds) for (const fault of struck) faults[kindOf(fault)]++;
  const processes = { active: 0, done: 0, error: 0, cancelled: 0 };
  for (const { statuses } of worlds) for (const status of statuses) processes[status]++;
  const steps = sum((world) => world.steps);
  return {
    worlds: worlds.length,
    steps,
    saves: sum((world) => world.saves),
    published: sum((world) => world.published),
    faults,
    processes,
    longestMs: Math.max(0, ...worlds.map(({ spanMs }) => spanMs)),
    stepsPerSecond: Math.round((1_000 * steps) / Math.max(1, tookMs)),
  };
}
