import type { Outcome } from '../outcome.ts';
import { factsOf, type Telemetry } from '../telemetry.ts';

/** Tells of a delivery that led to no run: it could not be read, or there was no time for it. */
export function tellUndone(
  telemetry: Telemetry,
  about: { readonly orchestrator: string; readonly processId: string | undefined; readonly at: number },
  { event, status, error }: Outcome,
): void {
  const span = telemetry.begin({ kind: 'handle', ...about, events: event ? [factsOf(event)] : [] });
  span.end({
    outcome: status,
    ...(error ? { error } : {}),
    run: { outcomes: [status], steps: [], resent: 0, stuck: false },
  });
}
