import type { StateNodeLike } from './xstate-internals.ts';

/**
 * The name under which a state is mapped to an event: every ancestor with a `#`, then its own name.
 * `FetchData` at the top, `#Regulate.#Grounded.Check` deep down. The machine itself has none.
 */
export function stateKey(node: StateNodeLike): string | undefined {
  const own = node.path.at(-1);
  if (own === undefined) return undefined;
  return [...node.path.slice(0, -1).map((name) => `#${name}`), own].join('.');
}

/** Keys of all states a state value names, compound ones before what is inside: `['Regulate', '#Regulate.Grounded']`. */
export function stateKeysOf(value: unknown, above = ''): string[] {
  if (typeof value === 'string') return [above + value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    above + name,
    ...stateKeysOf(inner, `${above}#${name}.`),
  ]);
}
