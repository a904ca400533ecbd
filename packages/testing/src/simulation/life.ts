/** One function instance. It may die at any call, and then nothing of it happens any more. */
export interface Life {
  readonly isOver: boolean;
  /** Resolves when it dies. */
  readonly death: Promise<'dead'>;
  /** Whoever awaits this waits for ever, as a killed process does. */
  die(): Promise<never>;
}

/** A new instance. */
export function beginLife(): Life {
  let isOver = false;
  let tell: (value: 'dead') => void = () => {};
  const death = new Promise<'dead'>((resolve) => {
    tell = resolve;
  });
  return {
    get isOver() {
      return isOver;
    },
    death,
    die() {
      isOver = true;
      tell('dead');
      return new Promise<never>(() => {});
    },
  };
}
