import { inspect } from 'node:util';

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/** A span as people write it: `7d`, `1m 30s`, `0s`. */
export function span(ms: number): string {
  const parts: string[] = [];
  let left = Math.abs(Math.round(ms));
  for (const [unit, size] of UNITS) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts.length === 0 ? '0s' : `${ms < 0 ? '-' : ''}${parts.join(' ')}`;
}

/** A value in one line, cut where it would fill more than that; nothing for undefined. */
export function inline(value: unknown, width = 90): string {
  if (value === undefined) return '';
  const text = inspect(value, { breakLength: Number.POSITIVE_INFINITY, compact: true, depth: 5 });
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}

/** A value with one property a line and its keys in order, so that two of them can be told apart line by line. */
export function lines(value: unknown): string[] {
  const text = inspect(value, {
    compact: false,
    sorted: true,
    depth: Number.POSITIVE_INFINITY,
    maxArrayLength: Number.POSITIVE_INFINITY,
    maxStringLength: Number.POSITIVE_INFINITY,
    breakLength: Number.POSITIVE_INFINITY,
  });
  // A comma after the last of several, too: else one more after it would change its line.
  return text.split('\n').map((line) => (/^ .*[^,{[]$/.test(line) ? `${line},` : line));
}

/** A state value by its innermost states: `Shipping`, `Regulate.Grounded.Check + Regulate.Compliant.Done`. */
export function stateText(value: unknown): string {
  return leaves(value).join(' + ') || '(none)';
}

function leaves(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return Object.entries(value ?? {}).flatMap(([name, inner]) => {
    const below = leaves(inner);
    return below.length === 0 ? [name] : below.map((leaf) => `${name}.${leaf}`);
  });
}

/** A text with each of its lines moved to the right. */
export function indented(text: string, by = '  '): string {
  return text.replace(/^(?=.)/gm, by);
}
