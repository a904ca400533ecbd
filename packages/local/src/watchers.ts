/** Waits for conditions that others make true. */
export interface Watchers {
  /** Looks at all conditions anew; call it whenever one may have come true. */
  changed(): void;
  /** Resolves once the condition holds, at once if it does already. */
  until(condition: () => boolean): Promise<void>;
}

/** Nobody waits yet. */
export function watchers(): Watchers {
  let waiting: (() => boolean)[] = [];
  return {
    changed() {
      if (waiting.length > 0) waiting = waiting.filter((isOver) => !isOver());
    },
    until(condition) {
      if (condition()) return Promise.resolve();
      return new Promise((resolve) => {
        waiting.push(() => {
          const over = condition();
          if (over) resolve();
          return over;
        });
      });
    },
  };
}
