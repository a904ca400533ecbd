import { parseArgs } from 'node:util';

/** What the command line of an example says. */
export interface CommonArguments {
  /** Where the state lies. */
  readonly dir: string;
  /** Wait before each answer of a service, in ms. */
  readonly paceMs: number;
  /** What it names beside that, each once. */
  readonly names: readonly string[];
}

// A minute between two lines is slower than anybody watches; a timer of more than 24 days would fire at once.
const SLOWEST_MS = 60_000;

/** Reads `--dir`, `--pace` and names; `help` when it asks for that. Throws an error whose message is for the user. */
export function readCommonArguments(argv: readonly string[], standardDir: string): CommonArguments | 'help' {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { dir: { type: 'string' }, pace: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  const { dir = standardDir, pace = '0', help } = values;
  if (help) return 'help';
  // An empty name comes from a shell variable that is not set: the state would lie about in the current folder.
  if (dir === '') throw new Error('--dir must name a folder.');
  if (!/^\d+$/.test(pace) || Number(pace) > SLOWEST_MS)
    throw new Error(`--pace must be milliseconds from 0 to ${SLOWEST_MS}, not ${JSON.stringify(pace)}.`);
  return { dir, paceMs: Number(pace), names: [...new Set(positionals)] };
}
