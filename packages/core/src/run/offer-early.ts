import type { CloudEvent } from '../cloud-event.ts';
import { machineEvent } from '../machine-event.ts';
import { isAbout, problemOf, stepError } from '../problem.ts';
import type { BufferedEvent } from '../record.ts';
import { traceOf } from '../trace.ts';
import { takenEvent } from './early-data.ts';
import type { Offered } from './early-events.ts';
import { isActive, type Run, tell, told } from './run.ts';
import { apply } from './step.ts';
import { showStep } from './watched.ts';

/** Gives the machine the early events that it takes by now. One that fails stays where it is, as a problem. */
export function offerEarly(run: Run): void {
  if (run.early.list().length > 0) run.early.offer((event) => offer(run, event), run.now);
}

function offer(run: Run, { event, hash: cause, failed }: BufferedEvent): Offered {
  if (!isActive(run) || run.broken) return 'untried';
  const { orchestrator } = run.settings;
  const transform = orchestrator.transform(event.type);
  if (!transform && !orchestrator.machine(run.version, run.id).accepts(event.type))
    return waits(run, event, failed);
  try {
    const input = { kind: 'event' as const, event: machineEvent(takenEvent(run, event), transform) };
    const because = { input: { kind: 'event' as const, event }, cause, trace: traceOf(event) };
    if (!apply(run, input, because)) return waits(run, event, failed);
    run.changed = true;
    if (run.problem && !run.ending && isAbout(run.problem, event)) run.problem = undefined;
    // Only now: an event that still has to wait is tried after every step.
    if (run.watch) showStep(run, 'early', event, { outcome: 'applied' });
    return 'taken';
  } catch (thrown) {
    run.broken = stepError(thrown, run.id, event);
    run.problem = problemOf(run.problem, { kind: 'step', event, error: run.broken, at: run.now });
    run.changed = true;
    tell(run, { kind: 'event', event }, told(run), [], run.broken);
    if (run.watch) showStep(run, 'early', event, { outcome: 'failed', error: run.broken });
    return 'failed';
  }
}

/** One that failed and that no state takes any more is only early again. */
function waits(run: Run, event: CloudEvent, failed: BufferedEvent['failed']): 'waits' {
  if (!failed) return 'waits';
  run.changed = true;
  if (run.problem && isAbout(run.problem, event)) run.problem = undefined;
  return 'waits';
}
