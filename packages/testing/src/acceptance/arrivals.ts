import { AssertionError } from 'node:assert';
import type { CloudEvent, Outcome } from '@xorca/core';
import { isSettled, messageOf } from '@xorca/core';

/** What went out and what arrived, on the bus of one cell. */
export interface Arrivals {
  /** These are on the bus: whoever published them was told so. */
  sent(events: readonly CloudEvent[]): void;
  /** A function took these, and its bus knows. */
  taken(outcomes: readonly Outcome[]): void;
  /** Resolves when each event that was sent has been taken. Rejects when one is rejected or does not come. */
  settled(): Promise<void>;
  /** Each event that arrived, once, in the order they came; two that differ under one id fail. */
  readonly events: readonly CloudEvent[];
}

// Far longer than any emulator takes, on a machine that is busy with others; passes at once where all is well.
const PATIENCE_MS = 45_000;

/** Nothing was sent yet. */
export function arrivals(): Arrivals {
  const waiting = new Map<string, CloudEvent>();
  const came = new Map<string, CloudEvent>();
  const tell = new Set<() => void>();
  let fault: string | undefined;

  function look(): void {
    if (fault === undefined && waiting.size > 0) return;
    for (const each of tell) each();
    tell.clear();
  }

  return {
    get events() {
      return [...came.values()];
    },
    sent(events) {
      for (const event of events) if (!came.has(keyOf(event))) waiting.set(keyOf(event), event);
    },
    taken(outcomes) {
      for (const outcome of outcomes) {
        const { event, status, error } = outcome;
        if (status === 'rejected') fault ??= `${named(event)} was rejected: ${messageOf(error)}`;
        if (!event || !isSettled(outcome)) continue;
        const before = came.get(keyOf(event));
        if (before && JSON.stringify(before.data) !== JSON.stringify(event.data)) {
          fault ??= `${named(event)} came twice, with other data`;
        }
        came.set(keyOf(event), event);
        waiting.delete(keyOf(event));
      }
      look();
    },
    async settled() {
      if (waiting.size > 0 && fault === undefined) await until(tell);
      if (fault !== undefined) throw new AssertionError({ message: fault });
      const [lost] = waiting.values();
      if (!lost) return;
      const others = waiting.size === 1 ? '' : ` and ${waiting.size - 1} more`;
      throw new AssertionError({
        message: `${named(lost)}${others} was published, and did not arrive or was never taken`,
      });
    },
  };
}

function until(tell: Set<() => void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, PATIENCE_MS);
    function done(): void {
      clearTimeout(timer);
      tell.delete(done);
      resolve();
    }
    tell.add(done);
  });
}

function keyOf({ source, id }: CloudEvent): string {
  return `${source}\n${id}`;
}

function named(event: CloudEvent | undefined): string {
  return event ? `event ${event.id} (${event.type}) for ${event.subject}` : 'an event that could not be read';
}
