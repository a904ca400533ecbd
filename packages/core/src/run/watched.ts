import type { CloudEvent } from '../cloud-event.ts';
import type { Trace } from '../record.ts';
import type { ActivityEnd, StepKind } from '../telemetry.ts';
import type { Run } from './run.ts';

/**
 * Takes a step that no event brings about, seen by the telemetry if there is one. `trace` is what its effects are to carry; the
 * step answers whether it came to something.
 */
export function watched(run: Run, kind: StepKind, step: (trace: Trace | undefined) => boolean): void {
  const span = run.watch?.begin(kind, undefined, run.trace);
  if (!span) {
    step(undefined);
    return;
  }
  try {
    const handled = span.within(() => step(span.trace));
    span.end({ outcome: handled ? 'applied' : 'unhandled', version: run.version });
  } catch (error) {
    span.end({ outcome: 'failed', error, version: run.version });
    throw error;
  }
}

/** Shows a step that was taken already. */
export function showStep(run: Run, kind: StepKind, event: CloudEvent, end: ActivityEnd): void {
  run.watch?.begin(kind, event, run.trace).end({ ...end, version: run.version });
}
