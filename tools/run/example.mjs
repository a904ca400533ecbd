// `npm run example -- <name> [arguments]`: any folder of examples/.
import { ROOT } from './environment.mjs';
import { exampleHelp, findExamples } from './examples.mjs';
import { Problem, runCommand } from './problem.mjs';
import { runSource } from './run-source.mjs';
import { setUp } from './setup.mjs';

await runCommand(async () => {
  const [wanted, ...args] = process.argv.slice(2);
  const examples = findExamples(ROOT);
  if (examples.some(({ name }) => name === wanted)) return runSource(`examples/${wanted}/src/main.ts`, args);
  throw new Problem(exampleHelp(examples, wanted, await nearestName(examples, wanted)));
});

/**
 * @param {readonly { name: string }[]} examples
 * @param {string | undefined} wanted
 */
async function nearestName(examples, wanted) {
  if (wanted === undefined || examples.length === 0) return undefined;
  setUp();
  const { closest } = await import('fastest-levenshtein');
  return closest(
    wanted,
    examples.map(({ name }) => name),
  );
}
