/** The time of the service. */
export interface Clock {
  now(): number;
  /** Does the work at its time. Gives a function that calls it off. */
  at(time: number, work: () => void): () => void;
  /** Lets the time jump, and does on the way what is due, in its order. */
  advance(ms: number): void;
}

interface Timer {
  readonly time: number;
  readonly work: () => void;
}

// Node fires a longer timer at once.
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** A clock that stands at `startAt` until it is advanced; without that, one that goes as the machine's does, and can jump. */
export function makeClock(startAt?: number): Clock {
  const timers = new Set<Timer>();
  let base = startAt ?? 0;
  let alarm: NodeJS.Timeout | undefined;
  const now = () => (startAt === undefined ? Date.now() + base : base);

  function next(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of timers) if (first === undefined || timer.time < first.time) first = timer;
    return first;
  }

  function ring(until: number, reach: (time: number) => void): void {
    for (let timer = next(); timer !== undefined && timer.time <= until; timer = next()) {
      reach(timer.time);
      timers.delete(timer);
      timer.work();
    }
    wind();
  }

  function wind(): void {
    clearTimeout(alarm);
    const timer = next();
    if (startAt !== undefined || timer === undefined) return;
    const wait = Math.min(Math.max(timer.time - now(), 0), LONGEST_TIMEOUT_MS);
    alarm = setTimeout(() => ring(now(), () => {}), wait);
  }

  return {
    now,
    at(time, work) {
      const timer = { time, work };
      timers.add(timer);
      wind();
      return () => {
        timers.delete(timer);
      };
    },
    advance(ms) {
      const target = now() + ms;
      const reach = (time: number) => {
        base += Math.max(time - now(), 0);
      };
      ring(target, reach);
      reach(target);
      wind();
    },
  };
}
