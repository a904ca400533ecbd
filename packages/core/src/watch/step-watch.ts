import type { CloudEvent } from '../cloud-event.ts';
import type { Trace } from '../record.ts';
import { factsOf, type StepKind, type TelemetrySpan } from '../telemetry.ts';

/** Sees the steps of one try to move a process. */
export interface StepWatch {
  /** A step begins: of an event, or of none. */
  begin(step: StepKind, event: CloudEvent | undefined, processTrace: Trace | undefined): TelemetrySpan;
}

/** A step as it counts in the end. */
export interface CountedStep {
  readonly step: StepKind;
  readonly outcome: string;
}

/** Shows the steps of a try as parts of a run, and counts them. */
export function stepWatch(run: TelemetrySpan, attempt: number, counted: CountedStep[]): StepWatch {
  return {
    begin(step, event, processTrace) {
      const events = event ? [factsOf(event)] : [];
      const span = run.begin({ kind: 'step', step, attempt, events, processTrace });
      return {
        ...span,
        end(end) {
          if (end.outcome) counted.push({ step, outcome: end.outcome });
          span.end(end);
        },
      };
    },
  };
}
