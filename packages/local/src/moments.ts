/** Moments to come, in their order. */
export interface Moments {
  add(at: number): void;
  /** The earliest, or infinity. */
  next(): number;
  /** Forgets those up to `now`. */
  pass(now: number): void;
}

/** No moments yet; of more than `most` the latest are forgotten. */
export function moments(most: number): Moments {
  const sorted: number[] = [];
  return {
    add(at) {
      let place = 0;
      for (let end = sorted.length; place < end; ) {
        const middle = (place + end) >>> 1;
        if ((sorted[middle] ?? 0) < at) place = middle + 1;
        else end = middle;
      }
      if (sorted[place] === at || place >= most) return;
      sorted.splice(place, 0, at);
      if (sorted.length > most) sorted.pop();
    },
    next: () => sorted[0] ?? Number.POSITIVE_INFINITY,
    pass(now) {
      const passed = sorted.findIndex((at) => at > now);
      sorted.splice(0, passed < 0 ? sorted.length : passed);
    },
  };
}
