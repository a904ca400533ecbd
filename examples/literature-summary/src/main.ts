import { isXorcaError, messageOf } from '@xorca/core';
import { type Arguments, readArguments, USAGE } from './arguments.ts';
import { run } from './run.ts';

// Piped into `head`, say: nobody reads any more. Ending here is as safe as being killed.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1));

/** Exit code of a program that could not begin its work. */
const CANNOT_START = 2;

async function main(): Promise<number> {
  let options: Arguments | 'help';
  try {
    options = readArguments(process.argv.slice(2));
  } catch (error) {
    console.error(`${messageOf(error)}\n\n${USAGE}`);
    return CANNOT_START;
  }
  if (options === 'help') {
    console.log(USAGE);
    return 0;
  }
  try {
    return await run(options);
  } catch (error) {
    if (!isXorcaError(error)) throw error;
    console.error(`${error.code}: ${error.message}`);
    return CANNOT_START;
  }
}

process.exitCode = await main();
