// `npm run bench`: measures; `-- --json FILE` writes the figures down.
import { runCommand } from './problem.mjs';
import { runSource } from './run-source.mjs';

await runCommand(() => runSource('bench/main.ts', process.argv.slice(2)));
