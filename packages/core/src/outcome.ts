import type { CloudEvent } from './cloud-event.ts';
import type { XorcaError } from './errors.ts';

/**
 * What became of a delivery.
 * - `applied`: it moved its process, and what it caused was published.
 * - `duplicate`: it was seen before; what it caused and nobody confirmed was published again.
 * - `buffered`: no state takes it yet; it is kept until one does, or its time is over.
 * - `unhandled`: no state takes it now, or the process has ended.
 * - `unknown-process`: there is no such process, and the event does not start one.
 * - `foreign`: the process is another orchestrator's.
 * - `rejected`: it can never be taken (`error` says why): for the dead letters.
 * - `failed`: nothing is lost; deliver it again (`error` says why).
 */
export type OutcomeStatus =
  | 'applied'
  | 'duplicate'
  | 'buffered'
  | 'unhandled'
  | 'unknown-process'
  | 'foreign'
  | 'rejected'
  | 'failed';

/** The answer to one delivery. */
export interface Outcome {
  readonly status: OutcomeStatus;
  /** The delivery as an event, if it could be read. */
  readonly event?: CloudEvent;
  /** In words, where the status leaves a question. */
  readonly reason?: string;
  readonly error?: XorcaError;
  /** The events it caused, as published. */
  readonly effects: readonly CloudEvent[];
}

/** Whether a delivery may be taken off its queue: everything but `failed` and `rejected`. */
export function isSettled(outcome: Outcome): boolean {
  return outcome.status !== 'failed' && outcome.status !== 'rejected';
}
