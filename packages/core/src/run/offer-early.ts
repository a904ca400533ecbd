import { machineEvent } from '../machine-event.ts';
import { isAbout, problemOf, stepError } from '../problem.ts';
import { traceOf } from '../trace.ts';
import { takenEvent } from './early-data.ts';
import { isActive, type Run, tell, told } from './run.ts';
import { apply } from './step.ts';
import { showStep } from './watched.ts';

/** Gives the machine the early events that it takes by now. One that fails stays where it is, as a problem. */
export function offerEarly(run: Run): void {
  if (run.early.list().length === 0) return;
  const { orchestrator } = run.settings;
  run.early.offer(({ event, hash: cause }) => {
    if (!isActive(run) || run.broken) return false;
    const transform = orchestrator.transform(event.type);
    if (!transform && !orchestrator.machine(run.version, run.id).accepts(event.type)) return false;
    try {
      const input = { kind: 'event' as const, event: machineEvent(takenEvent(run, event), transform) };
      const because = { input: { kind: 'event' as const, event }, cause, trace: traceOf(event) };
      const taken = apply(run, input, because) !== undefined;
      if (taken) run.changed = true;
      if (taken && run.problem && !run.ending && isAbout(run.problem, event)) run.problem = undefined;
      // Only now: an event that still has to wait is tried after every step.
      if (taken && run.watch) showStep(run, 'early', event, { outcome: 'applied' });
      return taken;
    } catch (thrown) {
      run.broken = stepError(thrown, run.id, event);
      run.problem = problemOf(run.problem, { kind: 'step', event, error: run.broken, at: run.now });
      run.changed = true;
      tell(run, { kind: 'event', event }, told(run), [], run.broken);
      if (run.watch) showStep(run, 'early', event, { outcome: 'failed', error: run.broken });
      return false;
    }
  });
}
