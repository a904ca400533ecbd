import { isXorcaError } from '@xorca/core';
import { runCommandLine } from '../../shared/command-line.ts';
import { readArguments, USAGE } from './arguments.ts';
import { run } from './run.ts';

await runCommandLine({
  usage: USAGE,
  read: readArguments,
  run,
  explain: (error) => (isXorcaError(error) ? `${error.code}: ${error.message}` : undefined),
});
