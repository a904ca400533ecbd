// `npm test`: all that CI checks. The last line is always `N passed, N failed`: tests, and one for each other step.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, toolEnvironment } from '../run/environment.mjs';
import { Problem } from '../run/problem.mjs';
import { assertWritable, setUp } from '../run/setup.mjs';
import { runStep } from './run-step.mjs';
import { STEPS } from './steps.mjs';
import { countTests } from './vitest-counts.mjs';

/**
 * @typedef {{ name: string, ok: boolean, seconds: number, passed: number, failed: number }} Row
 */

const SETTINGS = {
  // Some tools colour what they print into a pipe, too.
  NO_COLOR: '1',
  // nx would put its plugins into processes of their own group, which outlive a step that is stopped.
  NX_ISOLATE_PLUGINS: 'false',
};

const { scripts } = /** @type {{ scripts: Record<string, string> }} */ (
  JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
);

/** @type {Row[]} */
const rows = [await measured('install', async () => install())];
if (rows[0]?.ok) for (const { name, script } of STEPS) rows.push(await measured(name, () => check(script)));
summarize();

/** @returns {import('./run-step.mjs').StepResult} */
function install() {
  try {
    const strange = process.argv[2];
    if (strange !== undefined) {
      throw new Problem(`npm test takes no arguments. For some tests only: npm run test:unit -- ${strange}`);
    }
    assertWritable();
    setUp();
    return { ok: true, output: '' };
  } catch (error) {
    return { ok: false, output: error instanceof Problem ? error.message : String(error) };
  }
}

/**
 * @param {string} script
 * @returns {Promise<import('./run-step.mjs').StepResult & { counts?: import('./vitest-counts.mjs').Counts }>}
 */
async function check(script) {
  const options = { cwd: ROOT, env: { ...toolEnvironment(ROOT), ...SETTINGS } };
  const commandLine = scripts[script] ?? '';
  if (script !== 'test:unit') return withHint(await runStep(commandLine, options), script);
  const folder = mkdtempSync(join(tmpdir(), 'xorca-tests-'));
  const report = join(folder, 'report.json');
  try {
    const reporters = `--reporter=default --reporter=json --outputFile.json="${report}"`;
    const result = await runStep(`${commandLine} ${reporters}`, options);
    return { ...withHint(result, script), counts: countTests(textOf(report), result.ok) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {import('./run-step.mjs').StepResult} result
 * @param {string} script
 */
function withHint(result, script) {
  return { ...result, output: `${result.output.trimEnd()}\n\nThis step alone: npm run ${script}` };
}

/**
 * Runs a step and prints its line; its output only when it failed.
 * @param {string} name
 * @param {() => Promise<import('./run-step.mjs').StepResult & { counts?: import('./vitest-counts.mjs').Counts }>} step
 * @returns {Promise<Row>}
 */
async function measured(name, step) {
  const began = Date.now();
  const { ok, output, counts } = await step();
  const tally = counts ?? { passed: ok ? 1 : 0, failed: ok ? 0 : 1 };
  const row = { name, ok, seconds: (Date.now() - began) / 1000, ...tally };
  console.log(lineOf(row));
  if (!ok) console.log(`\n${output.trim()}\n`);
  return row;
}

/** @param {Row} row */
function lineOf({ name, ok, seconds, passed, failed }) {
  const tests = name === 'tests' ? `   ${passed} passed, ${failed} failed` : '';
  return `${name.padEnd(10)}${(ok ? 'ok' : 'FAILED').padEnd(8)}${seconds.toFixed(1).padStart(6)} s${tests}`;
}

function summarize() {
  const sum = (/** @type {(row: Row) => number} */ of) => rows.reduce((total, row) => total + of(row), 0);
  const bad = rows.filter(({ ok }) => !ok);
  // Each line again: the output of a failing step may be longer than the screen.
  if (bad.length > 0) console.log(`\n${rows.map(lineOf).join('\n')}`);
  const names = bad.map(({ name }) => name).join(', ');
  console.log(
    `\n${bad.length > 0 ? `Failed: ${names}` : 'All steps are ok'} (${sum(({ seconds }) => seconds).toFixed(0)} s).`,
  );
  console.log(`${sum(({ passed }) => passed)} passed, ${sum(({ failed }) => failed)} failed`);
  process.exitCode = bad.length > 0 ? 1 : 0;
}

/** @param {string} file */
function textOf(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // vitest ended before it wrote a report.
    return undefined;
  }
}
