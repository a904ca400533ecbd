import type { Orchestrator } from '@xorca/core';
import type { PreparedMachine } from '@xorca/core/backend';

/** An orchestrator that does the same, but whose machines' steps throw when they are told to. */
export function failingMachine(orchestrator: Orchestrator, throwsNow: () => boolean): Orchestrator {
  const machines = new Map<string, PreparedMachine>();
  return {
    ...orchestrator,
    machine(version, processId) {
      const known = machines.get(version);
      if (known) return known;
      const machine = failing(orchestrator.machine(version, processId), throwsNow);
      machines.set(version, machine);
      return machine;
    },
  };
}

function failing(machine: PreparedMachine, throwsNow: () => boolean): PreparedMachine {
  return {
    ...machine,
    open(options) {
      // A start is a step, too.
      if (!options.state && throwsNow()) throw bug();
      const session = machine.open(options);
      return {
        ...session,
        step(input) {
          const result = session.step(input);
          // After the machine has moved: whatever it did must come to nothing.
          if (throwsNow()) throw bug();
          return result;
        },
        // What a promise brought is taken in a step of its own.
        collect() {
          const effects = session.collect();
          if (throwsNow()) throw bug();
          return effects;
        },
      };
    },
  };
}

const BUG = 'a simulated bug of the machine';

function bug(): Error {
  return new Error(BUG);
}

// What a machine, its mappings and its contracts bring about, and no fault of a world does.
const OWN_CODES = ['XORCA_MACHINE', 'XORCA_CONTRACT', 'XORCA_EVENT_TOO_LARGE', 'XORCA_MACHINE_CHANGED'];

/** Whether a step failed by a fault of its own, which no world has brought about. */
export function isOwnFault({ code, message }: { readonly code: string; readonly message: string }): boolean {
  return OWN_CODES.includes(code) && !message.includes(BUG);
}
