import type { CloudEvent } from '../cloud-event.ts';
import { machineEvent } from '../machine-event.ts';
import { problemOf, stepError } from '../problem.ts';
import type { BufferedEvent } from '../record.ts';
import { traceOf } from '../trace.ts';
import { triedAgainAt } from '../wake-at.ts';
import { takenEvent } from './early-data.ts';
import type { Offered } from './early-events.ts';
import { isActive, noMoreAbout, type Run, tell, told } from './run.ts';
import { apply } from './step.ts';
import { showStep } from './watched.ts';

/**
 * Gives the machine the early events that it takes by now. One that fails stays where it is, as a problem, and is tried again after a
 * while (`atOnce`: now); it keeps neither the others nor what comes after it from being taken, since it came in no order.
 */
export function offerEarly(run: Run, { atOnce = false }: { readonly atOnce?: boolean } = {}): void {
  if (run.early.list().length > 0) run.early.offer((event) => offer(run, event, atOnce), run.now);
}

function offer(run: Run, { event, hash: cause, failed }: BufferedEvent, atOnce: boolean): Offered {
  if (!isActive(run) || run.broken) return 'untried';
  if (failed && !atOnce && triedAgainAt(failed) > run.now) return 'untried';
  const { orchestrator } = run.settings;
  try {
    const transform = orchestrator.transform(event.type);
    if (!transform && !orchestrator.machine(run.version, run.id).accepts(event.type)) {
      return waits(run, event, failed);
    }
    const input = { kind: 'event' as const, event: machineEvent(takenEvent(run, event), transform) };
    const because = { input: { kind: 'event' as const, event }, cause, trace: traceOf(event) };
    if (!apply(run, input, because)) return waits(run, event, failed);
    run.changed = true;
    if (!run.ending) noMoreAbout(run, event);
    // Only now: an event that still has to wait is tried after every step.
    if (run.watch) showStep(run, 'early', event, { outcome: 'applied' });
    return 'taken';
  } catch (thrown) {
    const error = stepError(thrown, run.id, event);
    run.problem = problemOf(run.problem, { kind: 'step', event, error, at: run.now });
    run.changed = true;
    tell(run, { kind: 'event', event }, told(run), [], error);
    if (run.watch) showStep(run, 'early', event, { outcome: 'failed', error });
    return 'failed';
  }
}

/** One that failed and that no state takes any more is only early again. */
function waits(run: Run, event: CloudEvent, failed: BufferedEvent['failed']): 'waits' {
  if (!failed) return 'waits';
  run.changed = true;
  noMoreAbout(run, event);
  return 'waits';
}
