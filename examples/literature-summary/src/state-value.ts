/** The state of a machine: a name, or names by region or parent state. */
export type StateValue = string | { readonly [state: string]: StateValue | undefined };

/**
 * A state on one line.
 *
 * @example
 * formatState({ Regulate: { Grounded: 'Check', Compliant: 'Done' } }) // Regulate { Grounded: Check, Compliant: Done }
 */
export function formatState(value: StateValue): string {
  if (typeof value === 'string') return value;
  return Object.entries(value)
    .map(([name, inner]) => {
      if (typeof inner === 'string') return `${name}: ${inner}`;
      const text = inner && formatState(inner);
      return text ? `${name} { ${text} }` : name;
    })
    .join(', ');
}
