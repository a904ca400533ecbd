import type { CloudEvent } from '../cloud-event.ts';
import type { XorcaError } from '../errors.ts';
import type { Outcome } from '../outcome.ts';
import { outOfOrder } from '../run/run-errors.ts';
import type { Fetched } from './claimed-event.ts';

/** One delivery of a batch. */
export interface Delivered {
  readonly raw: unknown;
  /** The event, where it could be read and somebody asked. */
  readonly event: CloudEvent | undefined;
  readonly processId: string | undefined;
  /** What became of its data, if that is elsewhere. */
  readonly fetched: Fetched | undefined;
}

/** What goes on to be handled, and the outcomes of the others, each by its place in the batch. */
export interface Sorted {
  readonly passed: ReadonlyArray<{ readonly at: number; readonly event: unknown }>;
  readonly outcomes: ReadonlyMap<number, Outcome>;
}

/** Lets pass what may be handled now. Behind an event that must come again, those of its process wait: their order would be lost. */
export function sortDeliveries(deliveries: readonly Delivered[]): Sorted {
  const passed: Array<{ at: number; event: unknown }> = [];
  const outcomes = new Map<number, Outcome>();
  const broken = new Map<string, XorcaError>();
  for (const [at, { raw, event, processId, fetched }] of deliveries.entries()) {
    const error = fetched?.error;
    const before = processId === undefined ? undefined : broken.get(processId);
    if (event && error && !error.retryable) {
      outcomes.set(at, { status: 'rejected', event, error, effects: [] });
    } else if (event && processId !== undefined && before) {
      outcomes.set(at, { status: 'failed', event, error: outOfOrder(processId, before), effects: [] });
    } else if (event && processId !== undefined && error) {
      broken.set(processId, error);
      outcomes.set(at, { status: 'failed', event, error, effects: [] });
    } else {
      passed.push({ at, event: fetched?.event ?? raw });
    }
  }
  return { passed, outcomes };
}
