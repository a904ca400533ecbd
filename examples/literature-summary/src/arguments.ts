import { join } from 'node:path';
import { parseArgs } from 'node:util';

/** What the command line says. */
export interface Arguments {
  /** Where the state lies. */
  readonly dir: string;
  /** Wait before each answer of the fleet, in ms. */
  readonly paceMs: number;
  /** Book ids of `books/catalogue.json`, each once. */
  readonly books: readonly string[];
}

/** How the program is called, for people. */
export const USAGE = `Usage: npm start -- [--dir FOLDER] [--pace MS] [BOOK …]
  --dir FOLDER  where processes, events and pages lie   (default: examples/literature-summary/.xorca)
  --pace MS     wait so long before each answer         (default: 0; 1000 leaves time to kill it)
  BOOK          opticks, tom-sawyer                     (default: both)
To begin anew, delete the folder.`;

// A minute between two lines is slower than anybody watches; a timer of more than 24 days would fire at once.
const SLOWEST_MS = 60_000;

/** Reads the command line; `help` when it asks for that. Throws an error whose message is for the user. */
export function readArguments(argv: readonly string[]): Arguments | 'help' {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { dir: { type: 'string' }, pace: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  const { dir = join(import.meta.dirname, '../.xorca'), pace = '0', help } = values;
  if (help) return 'help';
  // An empty name comes from a shell variable that is not set: the state would lie about in the current folder.
  if (dir === '') throw new Error('--dir must name a folder.');
  if (!/^\d+$/.test(pace) || Number(pace) > SLOWEST_MS)
    throw new Error(`--pace must be milliseconds from 0 to ${SLOWEST_MS}, not ${JSON.stringify(pace)}.`);
  const books = positionals.length > 0 ? positionals : ['tom-sawyer', 'opticks'];
  return { dir, paceMs: Number(pace), books: [...new Set(books)] };
}
