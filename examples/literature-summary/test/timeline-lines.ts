/** A line of the timeline, taken apart. */
export interface TimelineLine {
  readonly process: string;
  /** Steps done, or undefined before the first state. */
  readonly step: number | undefined;
  readonly mark: string;
  /** Event type, state or note, with its detail. */
  readonly text: string;
  /** The line without its time. */
  readonly rest: string;
}

/** Reads a line of a piped timeline; undefined for any other line. */
export function timelineLine(line: string): TimelineLine | undefined {
  const match = /^ *[\d.]+s {2}((\S+) +(?:[█░]+ (\d)\/\d)? +([→•←·■]) (.*))$/.exec(line);
  if (!match) return undefined;
  const [, rest = '', process = '', step, mark = '', text = ''] = match;
  return { process, step: step === undefined ? undefined : Number(step), mark, text, rest };
}

/** An event's way into a process, as one run of the program told it. */
export interface Arrival {
  readonly type: string;
  /** `applied`; the status and reason in other cases; `cut` when the program was killed before it told. */
  readonly became: string;
}

/** All arrivals at a process, over the outputs of several runs. */
export function arrivals(process: string, runs: readonly (readonly string[])[]): Arrival[] {
  return runs.flatMap((run) => {
    const own = run.flatMap((line) => timelineLine(line) ?? []).filter((line) => line.process === process);
    return own.flatMap(({ mark, text }, at) => {
      if (mark !== '→') return [];
      const next = own[at + 1];
      const became = next === undefined ? 'cut' : next.mark === '•' ? 'applied' : next.text;
      return [{ type: text.split(' ')[0] ?? '', became }];
    });
  });
}

/** The steps that a process is said to have behind it, line by line, over the outputs of several runs. */
export function steps(process: string, runs: readonly (readonly string[])[]): number[] {
  return runs.flat().flatMap((text) => {
    const line = timelineLine(text);
    return line?.process === process && line.step !== undefined ? [line.step] : [];
  });
}
