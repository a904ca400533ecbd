import { lines } from './show.ts';

// Of what is alike, these many lines around a difference say where it is.
const AROUND = 3;
// The table of a larger comparison would cost more than it tells: then both are shown whole.
const MAX_CELLS = 4_000_000;

/** What tells two values apart, line by line: `-` for what was expected, `+` for what is. */
export function lineDiff(expected: unknown, actual: unknown): string {
  const marked = compared(lines(expected), lines(actual));
  const changed = marked.map((line) => !line.startsWith(' '));
  const isNear = marked.map((_, at) =>
    changed.slice(Math.max(0, at - AROUND), at + AROUND + 1).includes(true),
  );
  const shown: string[] = [];
  for (let at = 0; at < marked.length; at++) {
    const end = isNear[at] ? at : isNear.indexOf(true, at);
    const hidden = (end < 0 ? marked.length : end) - at;
    // A line about one line would spare nothing.
    if (hidden < 2) shown.push(marked[at] ?? '');
    else {
      shown.push(`  … ${hidden} lines alike`);
      at += hidden - 1;
    }
  }
  return shown.join('\n');
}

function compared(from: readonly string[], to: readonly string[]): string[] {
  if (from.length * to.length > MAX_CELLS) {
    return [...from.map((line) => `- ${line}`), ...to.map((line) => `+ ${line}`)];
  }
  const common = longestCommon(from, to);
  const marked: string[] = [];
  let a = 0;
  let b = 0;
  while (a < from.length || b < to.length) {
    if (a < from.length && b < to.length && from[a] === to[b]) {
      marked.push(`  ${from[a++]}`);
      b++;
    } else if (b === to.length || (a < from.length && length(common, a + 1, b) >= length(common, a, b + 1))) {
      marked.push(`- ${from[a++]}`);
    } else marked.push(`+ ${to[b++]}`);
  }
  return marked;
}

function longestCommon(from: readonly string[], to: readonly string[]): Uint32Array[] {
  const table = Array.from({ length: from.length + 1 }, () => new Uint32Array(to.length + 1));
  for (let a = from.length - 1; a >= 0; a--) {
    for (let b = to.length - 1; b >= 0; b--) {
      const row = table[a] as Uint32Array;
      row[b] =
        from[a] === to[b]
          ? length(table, a + 1, b + 1) + 1
          : Math.max(length(table, a + 1, b), length(table, a, b + 1));
    }
  }
  return table;
}

function length(table: readonly Uint32Array[], a: number, b: number): number {
  return table[a]?.[b] ?? 0;
}
