import { join } from 'node:path';
import { isXorcaError } from '@xorca/core';
import { readCommonArguments } from '../../shared/arguments.ts';
import { runCommandLine } from '../../shared/command-line.ts';
import { run } from './run.ts';

await runCommandLine({
  usage: `Usage: npm run example -- order-saga [--dir FOLDER] [--pace MS]
  --dir FOLDER  where processes, events, ledgers and the clock lie   (default: examples/order-saga/.xorca)
  --pace MS     wait so long before each answer of a service         (default: 0; 500 leaves time to kill it)
To begin anew, delete the folder.`,
  read: (argv) => readCommonArguments(argv, join(import.meta.dirname, '../.xorca')),
  run,
  explain: (error) => (isXorcaError(error) ? `${error.code}: ${error.message}` : undefined),
});
