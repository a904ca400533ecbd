import type { BufferedEvent } from '../record.ts';

/** Early events of one process, while it is moved. */
export interface EarlyEvents {
  list(): readonly BufferedEvent[];
  /** False: there is no room. */
  add(event: BufferedEvent): boolean;
  /** Gives each to `take`, oldest first, and once more after each that was taken, since that may have opened the way. */
  offer(take: (event: BufferedEvent) => boolean): void;
  /** Drops what is kept for longer than it may be, but for `except`. */
  expire(now: number, except: BufferedEvent | undefined): readonly BufferedEvent[];
}

// More early events than this is no early arrival but a machine that never takes them; the record would only grow.
const MAX_EARLY = 100;

/** Takes up the early events of a record. */
export function earlyEvents(from: readonly BufferedEvent[]): EarlyEvents {
  let events = from;
  return {
    list: () => events,
    add(event) {
      if (events.length >= MAX_EARLY) return false;
      events = [...events, event];
      return true;
    },
    offer(take) {
      for (let at = 0; at < events.length; ) {
        const event = events[at] as BufferedEvent;
        if (take(event)) {
          events = events.filter((other) => other !== event);
          at = 0;
        } else at++;
      }
    },
    expire(now, except) {
      const gone = events.filter((event) => event.until <= now && event !== except);
      if (gone.length > 0) events = events.filter((event) => !gone.includes(event));
      return gone;
    },
  };
}
