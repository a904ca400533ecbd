// `npm run new:backend -- <name>`: makes packages/<name> with a store that works in memory, its contract test, README and docs page.
import { ROOT } from '../run/environment.mjs';
import { Problem, runCommand } from '../run/problem.mjs';
import { assertWritable } from '../run/setup.mjs';
import { checkedName, USAGE } from './backend-name.mjs';
import { nextSteps } from './next-steps.mjs';
import { writeBackend } from './write-backend.mjs';

await runCommand(async () => {
  const [given, ...more] = process.argv.slice(2);
  if (more.length > 0) throw new Problem(`One name at a time, and nothing beside it. ${USAGE}`);
  const name = checkedName(given, ROOT);
  assertWritable();
  console.log(nextSteps(name, writeBackend(name, ROOT)));
  return 0;
});
