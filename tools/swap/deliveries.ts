/** Items on their way, each handed over by itself, several at once, and again at the end of the row when that fails. */
export interface Deliveries<Item> {
  add(...items: readonly Item[]): void;
  /** Hands over nothing more; resolves when nothing is under way. */
  stop(): Promise<void>;
}

// As many as a function has instances at once, when it has few.
const AT_ONCE = 8;

/** None under way. */
export function deliveries<Item>(deliver: (item: Item) => Promise<unknown>): Deliveries<Item> {
  const waiting: Item[] = [];
  const underWay = new Set<Promise<void>>();
  let stopped = false;

  function next(): void {
    while (!stopped && underWay.size < AT_ONCE && waiting.length > 0) {
      const item = waiting.shift() as Item;
      const work = deliver(item).then(
        () => {},
        () => void waiting.push(item),
      );
      const done = work.then(() => {
        underWay.delete(done);
        next();
      });
      underWay.add(done);
    }
  }

  return {
    add(...items) {
      waiting.push(...items);
      next();
    },
    async stop() {
      stopped = true;
      await Promise.all(underWay);
    },
  };
}
