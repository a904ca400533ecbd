import type { CloudEvent } from '../cloud-event.ts';
import { type FailedPublish, isXorcaError } from '../errors.ts';
import type { BatchService, Refused } from './batch-service.ts';
import { batches } from './batches.ts';

/** An event as a service wants it. */
export interface Outgoing<Entry> {
  readonly event: CloudEvent;
  /** Its place among the events of the call: one may be there twice. */
  readonly place: number;
  readonly entry: Entry;
  readonly bytes: number;
}

/** What came of one round. */
export interface Round<Entry> {
  /** What may go in the next one, in its order. */
  readonly again: Outgoing<Entry>[];
  /** A whole call failed for no event's fault: no other would fare better now. */
  readonly isAway: boolean;
}

/** Sends each event once, in their order, and notes in `failed`, by place, those that did not go out. */
export async function sendBatches<Entry>(
  service: BatchService<Entry>,
  left: readonly Outgoing<Entry>[],
  failed: Map<number, FailedPublish>,
): Promise<Round<Entry>> {
  const { maxEntries, maxBatchBytes } = service;
  const again: Outgoing<Entry>[] = [];
  // Subjects with an event that waits, and its id: what comes later of them waits, too.
  const held = new Map<string, string>();

  function keep({ event, place, ...rest }: Outgoing<Entry>, reason: string): void {
    again.push({ event, place, ...rest });
    const subject = event.subject ?? '';
    if (!held.has(subject)) held.set(subject, event.id);
    failed.set(place, { id: event.id, reason: clause(reason), retryable: true });
  }

  function refuse({ event, place }: Outgoing<Entry>, reason: string): void {
    failed.set(place, { id: event.id, reason: clause(reason), retryable: false });
  }

  function freeOf(batch: readonly Outgoing<Entry>[]): Outgoing<Entry>[] {
    return batch.filter((one) => {
      const before = held.get(one.event.subject ?? '');
      if (before !== undefined) {
        keep(one, `not sent, to keep the order of its subject: event ${before} before it goes later`);
      }
      return before === undefined;
    });
  }

  async function note(sent: readonly Outgoing<Entry>[], refused: readonly Refused[]): Promise<void> {
    const byPlace = new Map(refused.map((one) => [one.at, one]));
    for (const [at, one] of sent.entries()) {
      const { code, message = 'refused' } = byPlace.get(at) ?? {};
      if (code === undefined) failed.delete(one.place);
      else if (service.isEventFault(code, message)) refuse(one, `${message} (${code})`);
      else keep(one, await wordsOf(code, message));
    }
  }

  // A missing right or place is told as for a whole call: with the action, and what to do.
  async function wordsOf(code: string, message: string): Promise<string> {
    const error = await service.failed(Object.assign(new Error(message), { name: code }));
    return error.code === 'XORCA_CONFIG' ? error.message : `${message} (${code})`;
  }

  const queue = batches(left, {
    entries: maxEntries,
    bytes: maxBatchBytes,
    apart: service.isFifo ? ({ event }) => event.subject ?? '' : undefined,
  });
  for (let batch = queue.shift(); batch; batch = queue.shift()) {
    const free = freeOf(batch);
    if (free.length === 0) continue;
    try {
      await note(free, await service.send(free.map(({ entry }) => entry)));
    } catch (cause) {
      const error = await service.failed(cause);
      if (error.retryable || !isXorcaError(error, 'XORCA_UNAVAILABLE') || !service.isBatchFault(cause)) {
        for (const one of [free, ...queue].flat()) keep(one, error.message);
        return { again, isAway: true };
      }
      const [first, ...others] = free;
      // For the sake of one, all were refused: alone, the others go out.
      if (others.length > 0) queue.unshift(...free.map((one) => [one]));
      else if (first) refuse(first, error.message);
    }
  }
  return { again, isAway: false };
}

// A reason stands within a sentence.
function clause(reason: string): string {
  return reason.replace(/\.$/, '');
}
