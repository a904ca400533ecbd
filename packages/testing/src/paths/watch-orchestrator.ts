import type { Orchestrator } from '@xorca/core';
import type { PreparedMachine } from '@xorca/core/backend';
import { type Sink, watchMachine } from './watch-machine.ts';

/** An orchestrator that does the same and tells what the machine of one version does. */
export function watchOrchestrator(orchestrator: Orchestrator, version: string, sink: Sink): Orchestrator {
  let watched: PreparedMachine | undefined;
  return {
    ...orchestrator,
    machine(wanted, processId) {
      const machine = orchestrator.machine(wanted, processId);
      if (wanted !== version) return machine;
      watched ??= watchMachine(machine, sink);
      return watched;
    },
  };
}
