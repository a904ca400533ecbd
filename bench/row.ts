/** One line of the bench's table. */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it should be, in words; undefined for a figure that only informs. */
  readonly target?: string;
  /** Whether the target is met; undefined without one. */
  readonly ok?: boolean;
}

/** A row that must reach a figure. */
export function atLeast(name: string, value: number, unit: string, least: number): Row {
  return { name, value, unit, target: `≥ ${least}`, ok: value >= least };
}

/** A row that must stay below a figure. */
export function atMost(name: string, value: number, unit: string, most: number): Row {
  return { name, value, unit, target: `≤ ${most}`, ok: value <= most };
}

/** A row that only informs. */
export function info(name: string, value: number, unit: string): Row {
  return { name, value, unit };
}

/** The rows as a table of text. */
export function table(title: string, rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const lines = rows.map(({ name, value, unit, target, ok }) => {
    const verdict = ok === undefined ? '' : ok ? `ok, target ${target}` : `MISSED, target ${target}`;
    return `  ${name.padEnd(width)}  ${figure(value).padStart(10)} ${unit.padEnd(10)} ${verdict}`.trimEnd();
  });
  return [title, ...lines, ''].join('\n');
}

function figure(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return value.toFixed(value >= 10 ? 1 : 2);
}
