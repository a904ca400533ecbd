import { starter } from '../../shared/test/program.ts';

/** Starts the example. */
export const program = starter(new URL('../src/main.ts', import.meta.url));

/** A line of progress, taken apart. */
export interface Progress {
  readonly answered: string | undefined;
  readonly asked: readonly string[];
  readonly open: number;
}

/** The lines of progress in an output. */
export function progressIn(lines: readonly string[]): readonly Progress[] {
  return lines.flatMap((line) => {
    const match = /^ {2}(?:← (\S+) .*?)? +(?:→ (.*?))? +(\d+) open$/.exec(line);
    if (!match) return [];
    const [, answered, asked = '', open] = match;
    return [{ answered, asked: asked.split(' → ').filter(Boolean), open: Number(open) }];
  });
}

/** What is told of each chapter in the end. */
export function resultsIn(lines: readonly string[]): readonly string[] {
  const from = lines.findIndex((line) => line.endsWith('chapters have a summary:'));
  return from < 0 ? [] : lines.slice(from, lines.indexOf('', from));
}
