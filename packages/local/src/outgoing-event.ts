import type { CloudEvent, FailedPublish } from '@xorca/core';
import { encodeProcessId, messageOf } from '@xorca/core/backend';
import type { BookEntry, SubscriptionBook } from './subscription-book.ts';

/** An event that is ready to be queued. */
export interface OutgoingEvent {
  readonly lane: string;
  readonly text: string;
  readonly targets: readonly BookEntry[];
}

/** Events that can be queued, and those that never can. */
export interface SortedEvents {
  readonly accepted: readonly OutgoingEvent[];
  readonly refused: readonly FailedPublish[];
}

/** Makes events ready. Only what can be delivered after a restart too is taken: an event's JSON, within bounds, and its subject. */
export function sortEvents(
  events: readonly CloudEvent[],
  book: SubscriptionBook,
  maxEventBytes: number,
): SortedEvents {
  const accepted: OutgoingEvent[] = [];
  const refused: FailedPublish[] = [];
  for (const event of events) {
    const refuse = (reason: string) => refused.push({ id: event.id, reason, retryable: false });
    try {
      const text = JSON.stringify(event);
      const bytes = Buffer.byteLength(text);
      if (bytes > maxEventBytes) {
        refuse(`its JSON has ${bytes} bytes, the bus takes ${maxEventBytes}`);
        continue;
      }
      const lane = event.subject === undefined ? '' : encodeProcessId(event.subject);
      accepted.push({ lane, text, targets: book.matching(event.type) });
    } catch (error) {
      refuse(messageOf(error));
    }
  }
  return { accepted, refused };
}
