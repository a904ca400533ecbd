import type { Delivery } from '../advance.ts';
import type { CloudEvent } from '../cloud-event.ts';
import type { Trace } from '../record.ts';
import { calledOff } from './attempts.ts';
import { type Run, tell, told } from './run.ts';
import { end } from './step.ts';

/** Ends a process because somebody wants it to end. Needs no machine: it works for one that fails or is gone. */
export function cancel(
  run: Run,
  reason: string,
  {
    event,
    ...because
  }: { readonly event?: CloudEvent; readonly cause: string; readonly trace: Trace | undefined },
): readonly CloudEvent[] {
  const failure = { code: 'XORCA_CANCELLED' as const, message: `It was cancelled: ${reason}.`, at: run.now };
  const from = told(run);
  const events = end(run, { status: 'cancelled', failure }, because, { isSilent: event !== undefined });
  run.problem = undefined;
  tell(run, { kind: 'cancel', detail: reason, ...(event ? { event } : {}) }, from, events);
  return events;
}

/** Keeps in mind that a process was called off before its start came, so that the start, when it comes, starts nothing. */
export function cancelUnborn(run: Run, { event, hash: cause, trace }: Delivery): readonly CloudEvent[] {
  const { orchestrator } = run.settings;
  run.version = orchestrator.versions.at(-1) ?? '';
  run.hash = orchestrator.machine(run.version, run.id).hash;
  run.origin = calledOff(event, undefined);
  run.state = () => ({ snapshot: null, timers: [], commands: [], sequence: 0 });
  return cancel(run, 'by whoever started it, before it began', { event, cause, trace });
}
