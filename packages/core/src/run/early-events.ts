import type { BufferedEvent } from '../record.ts';

/** What became of an early event that was offered. `untried`: nobody could be asked. */
export type Offered = 'taken' | 'waits' | 'failed' | 'untried';

/** Early events of one process, while it is moved. */
export interface EarlyEvents {
  list(): readonly BufferedEvent[];
  /** False: there is no room. */
  add(event: BufferedEvent): boolean;
  /** Gives each to `take`, oldest first, and once more after each that was taken, since that may have opened the way. */
  offer(take: (event: BufferedEvent) => Offered, now: number): void;
  /** Drops what is kept for longer than it may be. */
  expire(now: number): readonly BufferedEvent[];
}

// More early events than this is no early arrival but a machine that never takes them; the record would only grow.
const MAX_EARLY = 100;

/** Takes up the early events of a record. */
export function earlyEvents(from: readonly BufferedEvent[]): EarlyEvents {
  let events = from;
  const replace = (event: BufferedEvent, by: readonly BufferedEvent[]) => {
    events = events.flatMap((other) => (other === event ? by : [other]));
  };
  return {
    list: () => events,
    add(event) {
      if (events.length >= MAX_EARLY) return false;
      events = [...events, event];
      return true;
    },
    offer(take, now) {
      for (let at = 0; at < events.length; ) {
        const event = events[at] as BufferedEvent;
        const { failed, ...early } = event;
        const offered = take(event);
        if (offered === 'taken') {
          replace(event, []);
          at = 0;
          continue;
        }
        if (offered === 'failed')
          replace(event, [{ ...early, failed: { at: now, times: (failed?.times ?? 0) + 1 } }]);
        // No state takes it any more: it is only early again.
        else if (failed && offered === 'waits') replace(event, [early]);
        at++;
      }
    },
    expire(now) {
      // What a state took and failed over is not too early any more: it is tried again until it goes through.
      const gone = events.filter(({ until, failed }) => until <= now && !failed);
      if (gone.length > 0) events = events.filter((event) => !gone.includes(event));
      return gone;
    },
  };
}
