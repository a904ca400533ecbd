import type { ExploredPath } from './explored-path.ts';
import type { PathItem } from './path-item.ts';

/** A path, and those of the wanted items that no path before it reaches. */
export interface CoveringPath<Item extends PathItem> {
  readonly path: ExploredPath;
  readonly items: readonly Item[];
}

/** Few of the paths that lead to the items, so that each item lies on one: always the one with the most new ones, shorter ones first. */
export function cover<Item extends PathItem>(
  items: readonly Item[],
  pathOf: (item: Item) => ExploredPath | undefined,
): ReadonlyArray<CoveringPath<Item>> {
  const chosen: Array<CoveringPath<Item>> = [];
  const paths = new Set(items.flatMap((item) => pathOf(item) ?? []));
  const left = new Map(items.flatMap((item) => (pathOf(item) ? [[item.id, item] as const] : [])));
  while (left.size > 0) {
    let best: CoveringPath<Item> | undefined;
    for (const path of paths) {
      const reached = path.reached.flatMap((id) => left.get(id) ?? []);
      const isBetter =
        !best ||
        reached.length > best.items.length ||
        (reached.length === best.items.length && path.moves.length < best.path.moves.length);
      if (isBetter) best = { path, items: reached };
    }
    if (!best || best.items.length === 0) break;
    for (const { id } of best.items) left.delete(id);
    paths.delete(best.path);
    chosen.push(best);
  }
  return chosen;
}
