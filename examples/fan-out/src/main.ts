import { join } from 'node:path';
import { isXorcaError } from '@xorca/core';
import { readCommonArguments } from '../../shared/arguments.ts';
import { runCommandLine } from '../../shared/command-line.ts';
import { run } from './run.ts';

await runCommandLine({
  usage: `Usage: npm run example -- fan-out [--dir FOLDER] [--pace MS] [BOOK]
  --dir FOLDER  where the process and undelivered events lie   (default: examples/fan-out/.xorca)
  --pace MS     how long the summary of a chapter takes        (default: 0; 1000 leaves time to kill it)
  BOOK          a book of chapters                             (default: opticks)
To begin anew, delete the folder.`,
  read: (argv) => readCommonArguments(argv, join(import.meta.dirname, '../.xorca')),
  run,
  explain: (error) => (isXorcaError(error) ? `${error.code}: ${error.message}` : undefined),
});
