import { join } from 'node:path';
import { parseArgs } from 'node:util';

/** What the command line says. */
export interface Arguments {
  /** Where the state lies. */
  readonly dir: string;
  /** Wait before each answer of the fleet, in ms. */
  readonly paceMs: number;
  /** Book ids of `books/catalogue.json`. */
  readonly books: readonly string[];
}

export const USAGE = `Usage: npm start -- [--dir FOLDER] [--pace MS] [BOOK …]
  --dir FOLDER  where processes, events and pages lie   (default: examples/literature-summary/.xorca)
  --pace MS     wait so long before each answer         (default: 0; 1000 leaves time to kill it)
  BOOK          opticks, tom-sawyer                     (default: both)
To begin anew, delete the folder.`;

/** Reads the command line; throws an error whose message is for the user. */
export function readArguments(argv: readonly string[]): Arguments {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { dir: { type: 'string' }, pace: { type: 'string' } },
  });
  const paceMs = Number(values.pace ?? 0);
  if (!Number.isFinite(paceMs) || paceMs < 0)
    throw new Error(`--pace must be milliseconds, not ${values.pace}`);
  return {
    dir: values.dir ?? join(import.meta.dirname, '../.xorca'),
    paceMs,
    books: positionals.length > 0 ? positionals : ['tom-sawyer', 'opticks'],
  };
}
