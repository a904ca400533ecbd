/** An event on its way, with its bytes as the service counts them. */
export interface Sized {
  readonly bytes: number;
}

/** The bounds of a batch. */
export interface BatchLimits<Entry> {
  readonly entries: number;
  readonly bytes: number;
  /** No two entries of a batch have the same. */
  readonly apart?: ((entry: Entry) => string) | undefined;
}

/** Cuts a list into batches, in its order: at most so many entries and so many bytes each. An entry larger than that is a batch of its own. */
export function batches<Entry extends Sized>(entries: readonly Entry[], most: BatchLimits<Entry>): Entry[][] {
  const cut: Entry[][] = [];
  let keys = new Set<string>();
  let bytes = 0;
  for (const entry of entries) {
    const last = cut.at(-1);
    const key = most.apart?.(entry);
    const hasRoom = last && last.length < most.entries && bytes + entry.bytes <= most.bytes;
    if (hasRoom && (key === undefined || !keys.has(key))) {
      last.push(entry);
      bytes += entry.bytes;
    } else {
      cut.push([entry]);
      bytes = entry.bytes;
      keys = new Set();
    }
    if (key !== undefined) keys.add(key);
  }
  return cut;
}
