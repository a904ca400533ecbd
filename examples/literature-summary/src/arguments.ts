import { join } from 'node:path';
import { type CommonArguments, readCommonArguments } from '../../shared/arguments.ts';

/** How the orchestration is written; what it does is the same. */
export type Style = 'commands' | 'plain';

/** What the command line says. */
export interface Arguments extends Omit<CommonArguments, 'names'> {
  /** Book ids of the catalogue, each once. */
  readonly books: readonly string[];
  readonly style: Style;
}

/** How the program is called, for people. */
export const USAGE = `Usage: npm start -- [--dir FOLDER] [--pace MS] [--plain] [BOOK …]
  --dir FOLDER  where processes, events and pages lie   (default: examples/literature-summary/.xorca)
  --pace MS     wait so long before each answer         (default: 0; 1000 leaves time to kill it)
  --plain       the same, written in the plain style    (its state: the folder plain in FOLDER)
  BOOK          opticks, tom-sawyer                     (default: both)
To begin anew, delete the folder.`;

/** Reads the command line; `help` when it asks for that. Throws an error whose message is for the user. */
export function readArguments(argv: readonly string[]): Arguments | 'help' {
  const isPlain = argv.includes('--plain');
  const rest = argv.filter((each) => each !== '--plain');
  const common = readCommonArguments(rest, join(import.meta.dirname, '../.xorca'));
  if (common === 'help') return 'help';
  const { dir, paceMs, names } = common;
  return {
    // A process belongs to one orchestrator for ever, and both would name theirs after the book.
    dir: isPlain ? join(dir, 'plain') : dir,
    paceMs,
    books: names.length > 0 ? names : ['tom-sawyer', 'opticks'],
    style: isPlain ? 'plain' : 'commands',
  };
}
