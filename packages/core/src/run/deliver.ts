import type { Delivery } from '../advance.ts';
import type { Outcome } from '../outcome.ts';
import type { StepWatch } from '../watch/step-watch.ts';
import type { Run } from './run.ts';
import { take } from './take.ts';

/** Takes one delivery, seen by the telemetry if there is one. */
export function deliver(run: Run, delivery: Delivery): Outcome {
  return run.watch ? seen(run, delivery, run.watch) : take(run, delivery);
}

function seen(run: Run, delivery: Delivery, watch: StepWatch): Outcome {
  const span = watch.begin('event', delivery.event, run.trace);
  const { trace } = span;
  const outcome = span.within(() => take(run, trace ? { ...delivery, trace } : delivery));
  const { status, error } = outcome;
  span.end({ outcome: status, ...(error ? { error } : {}), version: run.version });
  return outcome;
}
