import type { CloudEvent } from '../cloud-event.ts';
import type { EventPublisher } from '../ports.ts';

/** A publisher that shows what went out. */
export interface MemoryPublisher extends EventPublisher {
  /** Every event that was published, oldest first. Empty it with `published.length = 0`. */
  readonly published: CloudEvent[];
}

/**
 * Keeps what is published in this program's memory, for tests and for trying things out. Never refuses an event.
 *
 * @example
 * const publisher = memoryPublisher()
 */
export function memoryPublisher(): MemoryPublisher {
  const published: CloudEvent[] = [];
  return {
    published,
    async publish(events) {
      for (const event of events) published.push(event);
    },
  };
}
