// `npm run mutate`: changes the sources of core in one place after the other, and counts the changes that its tests notice.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, toolEnvironment } from '../run/environment.mjs';
import { Problem, runCommand } from '../run/problem.mjs';
import { setUp } from '../run/setup.mjs';
import { PARTS, SOURCE } from './parts.mjs';
import { scoresOf, table } from './score.mjs';

const REPORT = join(ROOT, 'reports', 'mutation', 'mutation.json');
const STRYKER = join('node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js');

await runCommand(async () => {
  const asked = process.argv.slice(2);
  const known = PARTS.map(({ name }) => name);
  const unknown = asked.find((name) => !known.some((part) => part === name));
  if (unknown !== undefined) throw new Problem(`There is no part ${unknown}; there are ${known.join(', ')}.`);
  const names = asked.length === 0 ? known : asked;
  setUp();
  // A report of another day must not stand for a run that broke off.
  rmSync(REPORT, { force: true });
  const files = PARTS.filter(({ name }) => names.includes(name)).flatMap((part) =>
    part.files.map((file) => SOURCE + file),
  );
  files.push(`!${SOURCE}**/*.test.ts`);
  const code = await stryker(['run', join('tools', 'mutate', 'stryker.json'), '--mutate', files.join(',')]);
  if (code !== 0 || !existsSync(REPORT))
    throw new Problem('The mutation testing broke off; what it said stands above.');
  const scores = scoresOf(JSON.parse(readFileSync(REPORT, 'utf8')), names);
  console.log(`\n${table(scores)}\n\nWhat nobody noticed: reports/mutation/mutation.html`);
  return scores.every(({ ok }) => ok) ? 0 : 1;
});

/**
 * @param {readonly string[]} args
 * @returns {Promise<number>}
 */
function stryker(args) {
  return new Promise((resolve, reject) => {
    const child = spawn('node', [STRYKER, ...args], {
      cwd: ROOT,
      env: toolEnvironment(ROOT),
      stdio: 'inherit',
    });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
