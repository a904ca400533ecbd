import { PARTS, SOURCE } from './parts.mjs';

/**
 * @typedef {{ status: string }} Mutant
 * @typedef {{ files: Record<string, { mutants: Mutant[] }> }} Report the mutation-testing-elements schema, as far as it is read here
 * @typedef {{ name: string, floor: number, noticed: number, all: number, score: number, ok: boolean }} Score
 */

const NOTICED = ['Killed', 'Timeout'];
const UNNOTICED = ['Survived', 'NoCoverage'];

/**
 * How many mutants of each part were noticed, of those that could be. A part of which nothing was mutated is none: a floor that
 * nothing stands on must not pass.
 * @param {Report} report
 * @param {readonly string[]} names of the parts
 * @returns {Score[]}
 */
export function scoresOf(report, names) {
  return PARTS.filter(({ name }) => names.includes(name)).map(({ name, files, floor }) => {
    const mutants = Object.entries(report.files)
      .filter(([path]) => files.some((file) => isIn(path, SOURCE + file)))
      .flatMap(([, file]) => file.mutants);
    const noticed = mutants.filter(({ status }) => NOTICED.includes(status)).length;
    const all = noticed + mutants.filter(({ status }) => UNNOTICED.includes(status)).length;
    const score = all === 0 ? 0 : (100 * noticed) / all;
    return { name, floor, noticed, all, score, ok: all > 0 && score >= floor };
  });
}

/**
 * @param {string} path
 * @param {string} pattern a path, perhaps with `*.ts` for all files of its folder
 */
function isIn(path, pattern) {
  if (path.endsWith('.test.ts')) return false;
  if (!pattern.endsWith('*.ts')) return path === pattern;
  const folder = pattern.slice(0, -'*.ts'.length);
  return path.startsWith(folder) && !path.slice(folder.length).includes('/');
}

/**
 * One line for each part.
 * @param {readonly Score[]} scores
 */
export function table(scores) {
  return scores
    .map(({ name, floor, noticed, all, score, ok }) => {
      const figure = `${score.toFixed(1).padStart(5)} %`;
      return `${name.padEnd(16)}${figure}  ${`${noticed} of ${all}`.padEnd(14)} floor ${floor} %  ${ok ? 'ok' : 'BELOW'}`;
    })
    .join('\n');
}
