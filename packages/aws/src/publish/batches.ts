/** An event on its way: its place among those that were given to `publish`, and its bytes as the service counts them. */
export interface Sized {
  readonly bytes: number;
}

/** Cuts a list into batches, in its order: at most so many entries and so many bytes each. An entry larger than that is a batch of its own. */
export function batches<Entry extends Sized>(
  entries: readonly Entry[],
  most: { readonly entries: number; readonly bytes: number },
): Entry[][] {
  const cut: Entry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const last = cut.at(-1);
    if (last && last.length < most.entries && bytes + entry.bytes <= most.bytes) {
      last.push(entry);
      bytes += entry.bytes;
    } else {
      cut.push([entry]);
      bytes = entry.bytes;
    }
  }
  return cut;
}
