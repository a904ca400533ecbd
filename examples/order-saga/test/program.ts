import { starter } from '../../shared/test/program.ts';

/** Starts the example. */
export const program = starter(new URL('../src/main.ts', import.meta.url));

/** The last part of its output: how each order ended. */
export function endsIn(lines: readonly string[]): readonly string[] {
  const from = lines.findIndex((line) => line.startsWith('How they ended'));
  return from < 0 ? [] : lines.slice(from + 1, lines.indexOf('', from));
}
