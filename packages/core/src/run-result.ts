import type { Plan, Work } from './advance.ts';
import type { CloudEvent } from './cloud-event.ts';
import type { MachineView } from './engine/engine.ts';
import { isXorcaError, messageOf, PublishError, XorcaError } from './errors.ts';
import type { Outcome } from './outcome.ts';
import type { Published } from './publish.ts';

/** What became of one run of one process. */
export interface RunResult {
  readonly outcomes: readonly Outcome[];
  /** Whether a record was saved. */
  readonly changed: boolean;
  /** Unconfirmed events that were published again. */
  readonly resent: number;
  /** All events it decided, those of overdue timers too, which no delivery caused. */
  readonly effects: readonly CloudEvent[];
  /** The machine's state, if it moved. */
  readonly view?: MachineView;
  /** Another orchestrator's process: not this runner's to wake. */
  readonly foreign?: boolean;
  /** What kept the run, or its publishing, from happening. */
  readonly error?: XorcaError;
}

/** What a run answers, by what it wanted, whether that was saved, and what became of its events. */
export function resultOf(plan: Plan, isSaved: boolean, published: Published | undefined): RunResult {
  const failed = [...(published?.failed.values() ?? [])];
  return {
    outcomes: withFailures(plan.outcomes, published),
    changed: isSaved,
    resent: plan.resend.length,
    effects: plan.effects,
    ...(isSaved && plan.view ? { view: plan.view } : {}),
    ...(plan.foreign ? { foreign: true } : {}),
    ...(failed.length > 0 ? { error: new PublishError(failed) } : {}),
  };
}

/** A delivery whose events did not all get out is delivered again: the outbox knows what is missing. */
function withFailures(outcomes: readonly Outcome[], published: Published | undefined): readonly Outcome[] {
  if (!published || published.failed.size === 0) return outcomes;
  return outcomes.map((outcome) => {
    const failed = outcome.effects.flatMap(({ id }) => published.failed.get(id) ?? []);
    if (failed.length === 0) return outcome;
    const again = failed.filter(({ retryable }) => retryable);
    if (again.length === 0)
      return {
        ...outcome,
        reason: `the bus refused ${failed.length} of its events for good: see the process's problem`,
      };
    return { ...outcome, status: 'failed', error: new PublishError(again) };
  });
}

/** What a run answers that was kept from happening: all its events are to be delivered again. */
export function undone(id: string, { deliveries }: Work, thrown: unknown): RunResult {
  const error = runError(thrown, id);
  return {
    outcomes: deliveries.map(({ event }) => ({ status: 'failed', event, error, effects: [] })),
    changed: false,
    resent: 0,
    effects: [],
    error,
  };
}

function runError(thrown: unknown, id: string): XorcaError {
  if (isXorcaError(thrown)) return thrown;
  return new XorcaError(
    'XORCA_UNAVAILABLE',
    `Process ${JSON.stringify(id)} could not be moved: ${messageOf(thrown)}. Nothing is lost: deliver again.`,
    { processId: id, retryable: true, cause: thrown },
  );
}
