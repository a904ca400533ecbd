import type { CloudEvent } from '../cloud-event.ts';
import { isCommandFailure } from '../command-failure.ts';
import type { EngineInput } from '../engine/engine.ts';
import { XorcaError } from '../errors.ts';
import type { JournalInput, JournalState } from '../ports.ts';
import { problemOf } from '../problem.ts';
import type { Trace } from '../record.ts';
import { type Ending, endingBy, lastWords, successOf } from './ending.ts';
import { openDraft, type ProcessDraft } from './process-draft.ts';
import { counterOf, decide, pendingOf, type Run, tell, told } from './run.ts';
import { changedMachine } from './run-errors.ts';

/** What brought a step about, for the journal, the outbox and the trace. */
export interface Because {
  readonly input: JournalInput;
  /** Hash of the input; empty for time. */
  readonly cause: string;
  /** The input's trace; undefined: that of the process's start. */
  readonly trace: Trace | undefined;
  /** The state it came from, for the journal, where that is not the one to be seen when the step begins. */
  readonly from?: JournalState | undefined;
}

/** Opens the machine on the stored state, or on `input` for a new process; ids go on from `counter`. */
export function openMachine(run: Run, counter: number, input?: unknown) {
  const { orchestrator, maxEffectBytes } = run.settings;
  const { startCommand } = orchestrator;
  return openDraft({
    machine: orchestrator.machine(run.version, run.id),
    mapping: orchestrator.mapping,
    emits: (type) =>
      startCommand && run.origin && type === startCommand.success
        ? { type, data: startCommand.output }
        : orchestrator.emits(type),
    source: orchestrator.source,
    farewell: (view) => successOf(orchestrator, run.origin, view),
    id: run.id,
    counter,
    state: run.before && run.revived !== 'anew' ? () => run.state() : undefined,
    input,
    now: run.now,
    maxBytes: maxEffectBytes,
    trace: run.trace,
  });
}

/** The machine, opened when it is first needed. `XORCA_MACHINE_CHANGED` when it is not the one the process began on. */
export function machineOf(run: Run): ProcessDraft {
  if (run.draft) return run.draft;
  const { orchestrator } = run.settings;
  if (run.hash !== orchestrator.machine(run.version, run.id).hash) {
    const error = changedMachine(run.id, run.version, orchestrator.name);
    if (orchestrator.onChangedMachine === 'error') throw error;
    run.warnings.push(error);
  }
  run.draft = openMachine(run, run.before?.counter ?? 0).draft;
  return run.draft;
}

/**
 * One step. Undefined: no state takes the input. A command's failure that the machine does not take ends the process; whatever
 * else is thrown leaves it as it was.
 */
export function apply(run: Run, input: EngineInput, because: Because): readonly CloudEvent[] | undefined {
  const machine = machineOf(run);
  const from = because.from ?? told(run);
  try {
    const { handled, events } = machine.apply(input, because.trace ?? run.trace);
    if (!handled) return undefined;
    tell(run, because.input, from, events);
    return decide(run, events, because.cause);
  } catch (thrown) {
    if (!isCommandFailure(thrown)) throw thrown;
    const events = end(run, endingBy(thrown, run.now), because, { failed: failedCommand(input) });
    const { event } = because.input;
    run.problem = problemOf(run.problem, {
      kind: 'step',
      ...(event ? { event } : {}),
      error: new XorcaError('XORCA_COMMAND', run.ending?.failure.message ?? '', { processId: run.id }),
      at: run.now,
    });
    tell(run, because.input, from, events);
    return events;
  }
}

/** Ends the process without its machine: its state stays as it is, for people and for a redrive. */
export function end(
  run: Run,
  how: Ending,
  { cause, trace }: Pick<Because, 'cause' | 'trace'>,
  { failed, isSilent = false }: { readonly failed?: string | undefined; readonly isSilent?: boolean } = {},
): readonly CloudEvent[] {
  const { id, origin, now, settings } = run;
  const events = lastWords(settings.orchestrator, how, {
    id,
    // Whoever called it off does not wait any more.
    origin: isSilent ? undefined : origin,
    now,
    failed,
    pending: pendingOf(run),
    counter: counterOf(run),
    trace: trace ?? run.trace,
    maxBytes: settings.maxEffectBytes,
    warn: (warning) => run.warnings.push(warning),
  });
  run.ending = how;
  run.spoken += events.length;
  run.changed = true;
  return decide(run, events, cause);
}

function failedCommand(input: EngineInput): string | undefined {
  if (input.kind === 'answer') return input.command;
  return input.kind === 'lapse' ? input.command.key : undefined;
}
