/** Something that keeps a command from running and that a person can put right: the message says how. */
export class Problem extends Error {
  /** @override */
  name = 'Problem';
}

/**
 * Runs a command's body; a `Problem` is printed as its message alone, anything else with its stack.
 * @param {() => Promise<number>} body resolves to the exit code
 */
export async function runCommand(body) {
  try {
    process.exitCode = await body();
  } catch (error) {
    console.error(error instanceof Problem ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}
