import type { ActivityEnd, PartActivity, Telemetry, TelemetrySpan } from '@xorca/core';
import type { SeenStep } from './observed.ts';
import type { Sandbox } from './world-state.ts';

/** Tells a function's sandbox, at each save, of which steps the save was made. */
export function stepTelemetry(sandbox: Sandbox): Telemetry {
  return {
    begin() {
      let attempt = 0;
      let steps: SeenStep[] = [];
      const parts = (activity: PartActivity): TelemetrySpan => {
        if (activity.kind === 'step') {
          // Another try begins from what is stored: the steps of the one before never were.
          if (activity.attempt !== attempt) steps = [];
          attempt = activity.attempt;
          const [event] = activity.events;
          const noted = steps;
          return span((end) => {
            if (end.outcome)
              noted.push({ kind: activity.step, outcome: end.outcome, ...(event ? { event } : {}) });
          });
        }
        if (activity.kind === 'load') steps = [];
        const saved = activity.kind === 'save' ? steps : [];
        return {
          ...span(() => {}),
          within(work) {
            // The call of the store begins within `work`, before anybody else has a turn; what settles calls it again later.
            sandbox.saving = saved;
            try {
              return work();
            } finally {
              sandbox.saving = [];
            }
          },
        };
      };
      return { ...span(() => {}), begin: parts };
    },
  };
}

function span(end: (end: ActivityEnd) => void): TelemetrySpan {
  return { begin: () => span(() => {}), within: (work) => work(), end };
}
