/** A number of places; whoever finds none waits in turn. */
export interface Slots {
  /** Resolves when a place is taken. */
  take(): Promise<void>;
  free(): void;
}

/** Makes `count` places. */
export function slots(count: number): Slots {
  const waiting: Array<() => void> = [];
  let left = count;
  return {
    async take() {
      if (left === 0) return new Promise((resolve) => waiting.push(resolve));
      left -= 1;
    },
    free() {
      const next = waiting.shift();
      if (next) next();
      else left += 1;
    },
  };
}
