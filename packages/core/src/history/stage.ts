import type { AdvanceSettings } from '../advance.ts';
import { defineCommand } from '../command.ts';
import type { StandardSchema } from '../contract.ts';
import type { Orchestrator } from '../orchestrator.ts';
import type { JournalEntry } from '../ports.ts';
import { signalOf } from './recorded.ts';

/** What recorded processes are replayed on. */
export interface Stage {
  readonly orchestrator: Orchestrator;
  readonly version: string;
  /** True: the machine was given without its orchestrator. What that one did to a process is taken from the journal. */
  readonly alone: boolean;
}

const ANYTHING: StandardSchema = {
  '~standard': { version: 1, vendor: 'xorca', validate: (value) => ({ value }) },
};

/** How one process is replayed, whose steps these are. */
export function settingsOn({ orchestrator, version, alone }: Stage, steps: readonly JournalEntry[]) {
  const signal = signalOf(steps);
  const settings: AdvanceSettings = {
    orchestrator: {
      ...orchestrator,
      versions: [version],
      isSignal: (type) => type === signal,
      startCommand: alone ? callableOff(steps) : orchestrator.startCommand,
    },
    // What was taken then is no duplicate: see `deliveriesOf`.
    dedupe: { count: 1, ageMs: Number.MAX_SAFE_INTEGER },
    resendAfterMs: Number.POSITIVE_INFINITY,
    maxOutbox: Number.POSITIVE_INFINITY,
    maxEffectBytes: undefined,
    // What was sent was sent: the record keeps none of it.
    carried: true,
    forgets: orchestrator.forgets,
    // To see whether a signal was taken.
    tells: true,
  };
  return { settings, signal };
}

/** The command whose cancel ended the process, if one did. */
function callableOff(steps: readonly JournalEntry[]): Orchestrator['startCommand'] {
  const type = steps.find(({ input }) => input.kind === 'cancel' && input.event)?.input.event?.type;
  if (!type?.startsWith('cmd.') || !type.endsWith('.cancel')) return undefined;
  const command = type.slice(0, -'.cancel'.length) as `cmd.${string}`;
  return defineCommand(command, { input: ANYTHING, output: ANYTHING });
}
