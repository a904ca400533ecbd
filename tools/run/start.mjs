// `npm start`: the main example.
import { runCommand } from './problem.mjs';
import { runSource } from './run-source.mjs';

await runCommand(() => runSource('examples/literature-summary/src/main.ts', process.argv.slice(2)));
