/** A program that is called from a command line. */
export interface CommandLine<Arguments> {
  readonly usage: string;
  /** Reads the arguments. What it throws is told to the user, with the usage. */
  readonly read: (argv: readonly string[]) => Arguments | 'help';
  /** Resolves to the exit code. */
  readonly run: (options: Arguments) => Promise<number>;
  /** What to tell of an error that is the user's to mend; undefined for a bug, whose stack is shown. */
  readonly explain: (error: unknown) => string | undefined;
}

/** Exit code of a program that could not begin its work. */
const CANNOT_START = 2;

/** Runs a program with the arguments of this process; its exit code becomes the process's. */
export async function runCommandLine<Arguments>(program: CommandLine<Arguments>): Promise<void> {
  // Piped into `head`, say: nobody reads any more. Ending here is as safe as being killed.
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1));
  process.exitCode = await exitCode(program);
}

async function exitCode<Arguments>(program: CommandLine<Arguments>): Promise<number> {
  let options: Arguments | 'help';
  try {
    options = program.read(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${program.usage}`);
    return CANNOT_START;
  }
  if (options === 'help') {
    console.log(program.usage);
    return 0;
  }
  try {
    return await program.run(options);
  } catch (error) {
    const explained = program.explain(error);
    if (explained === undefined) throw error;
    console.error(explained);
    return CANNOT_START;
  }
}
