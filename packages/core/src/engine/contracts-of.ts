import type { CommandContract } from '../command.ts';
import { commandSettings } from './command-logic.ts';
import { logicsOf } from './logics-of.ts';
import type { MachineInternals } from './xstate-internals.ts';

/** The contracts of all commands that a machine and its child machines can send. */
export function contractsOf(machine: MachineInternals): readonly CommandContract[] {
  return [...new Set([...logicsOf(machine)].flatMap((logic) => commandSettings(logic)?.contract ?? []))];
}
