/** Runs `work` for all items, `size` at once, and gives the results group by group, so that a caller may stop early. */
export async function* inGroups<Item, Result>(
  items: readonly Item[],
  size: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<readonly Result[]> {
  for (let start = 0; start < items.length; start += size) {
    yield await Promise.all(items.slice(start, start + size).map(work));
  }
}
