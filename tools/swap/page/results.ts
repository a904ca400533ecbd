/** What a run found. */
export interface Results {
  /** Notes how a case went in a cell. */
  note(store: string, bus: string, title: string, passed: boolean): void;
  /** The titles of the cases that failed there or were not run; undefined: of none it is known. */
  wanting(store: string, bus: string, titles: readonly string[]): readonly string[] | undefined;
}

/** Nothing was run yet. */
export function results(): Results {
  const cells = new Map<string, Map<string, boolean>>();
  const keyOf = (store: string, bus: string) => `${store} with ${bus}`;
  return {
    note(store, bus, title, passed) {
      const key = keyOf(store, bus);
      const cell = cells.get(key) ?? new Map<string, boolean>();
      cells.set(key, cell.set(title, passed));
    },
    wanting(store, bus, titles) {
      const cell = cells.get(keyOf(store, bus));
      return cell && titles.filter((title) => !cell.get(title));
    },
  };
}
