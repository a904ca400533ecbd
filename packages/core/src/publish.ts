import type { CloudEvent } from './cloud-event.ts';
import { type FailedPublish, isXorcaError, messageOf, type PublishError } from './errors.ts';
import type { EventPublisher } from './ports.ts';

/** What became of a batch of events: each is confirmed, to be tried again, or refused for good. */
export interface Published {
  readonly confirmed: ReadonlySet<string>;
  readonly failed: ReadonlyMap<string, FailedPublish>;
}

/** Publishes and never throws. An error that names no events counts as if none was sent: sending twice does no harm. */
export async function publishAll(
  publisher: EventPublisher,
  events: readonly CloudEvent[],
): Promise<Published> {
  const failed = new Map<string, FailedPublish>();
  try {
    await publisher.publish(events);
  } catch (error) {
    for (const one of failuresOf(error, events)) failed.set(one.id, one);
  }
  return { confirmed: new Set(events.map(({ id }) => id).filter((id) => !failed.has(id))), failed };
}

/** Which of the events a publisher's error is about: those it names, or all. */
export function failuresOf(error: unknown, events: readonly CloudEvent[]): readonly FailedPublish[] {
  if (isXorcaError(error, 'XORCA_PUBLISH') && 'failed' in error) return (error as PublishError).failed;
  return events.map(({ id }) => ({ id, reason: messageOf(error), retryable: true }));
}
