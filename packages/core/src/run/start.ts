import type { Delivery } from '../advance.ts';
import type { CloudEvent } from '../cloud-event.ts';
import { machineEvent } from '../machine-event.ts';
import type { Origin } from '../record.ts';
import { traceOf } from '../trace.ts';
import { rootOf } from './attempts.ts';
import { keptEvent } from './early-data.ts';
import { counterOf, decide, isActive, type Run, tell } from './run.ts';
import { apply, openMachine } from './step.ts';

/** Begins a process; a signal is then given to it like any other event. */
export function start(run: Run, delivery: Delivery): readonly CloudEvent[] {
  const { event, hash: cause, starts, trace } = delivery;
  const { orchestrator, forgets } = run.settings;
  run.version = starts?.version ?? orchestrator.versions.at(-1) ?? '';
  run.hash = orchestrator.machine(run.version, run.id).hash;
  run.trace = trace ?? traceOf(event);
  run.origin = !starts && event.type === orchestrator.startCommand?.type ? originOf(event) : undefined;
  run.deadlineAt = orchestrator.deadlineMs === undefined ? undefined : run.now + orchestrator.deadlineMs;
  // A process that is deleted in the end may begin anew under its id: its effects must not repeat the ids of its former life.
  const isFirst = !run.record && !run.ending;
  const first = isFirst ? (forgets ? run.now : 0) : counterOf(run);
  // It may have been ended by an event of the same batch.
  run.ending = undefined;
  run.spoken = 0;
  const { draft, started } = openMachine(run, first, event.data);
  run.draft = draft;
  tell(run, { kind: 'start', event }, undefined, started);
  decide(run, started, cause);
  if (!orchestrator.isSignal(event.type) || !isActive(run)) return started;
  const input = { kind: 'event' as const, event: machineEvent(event, orchestrator.transform(event.type)) };
  const because = { input: { kind: 'event' as const, event }, cause, trace: run.trace };
  const moved = apply(run, input, because);
  const keptMs = moved ? undefined : orchestrator.bufferMs(event.type);
  // It came early, like any other that no state takes yet.
  if (keptMs !== undefined) {
    run.early.add({ event: keptEvent(run, delivery), hash: cause, until: run.now + keptMs });
  }
  return [...started, ...(moved ?? [])];
}

/** Begins a process anew that ended badly, for a later attempt of the command that started it. Thrown: it is as it was. */
export function startAnew(run: Run, delivery: Delivery): readonly CloudEvent[] {
  const { version, hash, trace, origin, deadlineAt, problem, draft, ending, spoken } = run;
  run.revived = 'anew';
  try {
    run.problem = undefined;
    return start(run, delivery);
  } catch (thrown) {
    const before = { version, hash, trace, origin, deadlineAt, problem, draft, ending, spoken };
    Object.assign(run, before, { revived: undefined });
    throw thrown;
  }
}

function originOf(event: CloudEvent): Origin {
  const { replyto } = event as { replyto?: unknown };
  return {
    command: event.id,
    root: rootOf(event),
    source: event.source,
    subject: typeof replyto === 'string' ? replyto : (event.subject as string),
  };
}
