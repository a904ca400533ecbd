import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chance, seed } from '../../shared/test/chance.ts';
import type { Program } from '../../shared/test/program.ts';
import { temporaryFolder } from '../../shared/test/temporary-folder.ts';
import { literatureSummary } from '../src/orchestrator.ts';
import { plainLiteratureSummary } from '../src/plain-style/orchestrator.ts';
import { program } from './program.ts';
import { outcome } from './state-folder.ts';
import { arrivals, steps } from './timeline-lines.ts';

const KILLS = 8;
/** Lines of a whole run, about: kills fall anywhere among them. */
const LINES = 55;
/** Both books are under way from here to twice as far. */
const MIDDLE = 18;
/** Kills by time fall into the start of a run. */
const EARLY_MS = 100;
const PACE_MS = 40;
const BOOKS = ['tom-sawyer', 'opticks'];
const EVENTS = [
  'cmd.literature.summarise',
  'evt.books.fetch.success',
  'evt.gpt.summary.success',
  'evt.regulations.compliant.success',
  'evt.regulations.grounded.success',
];

test.each([
  { style: 'commands', flags: [], folder: '', orchestrator: literatureSummary },
  { style: 'plain', flags: ['--plain'], folder: 'plain', orchestrator: plainLiteratureSummary },
])(
  `in the style of $style, killed ${KILLS} times at random moments (XORCA_SEED=${seed}), it ends as if undisturbed, no step done twice`,
  {
    timeout: 240_000, // about 15 s, on a busy machine many times that
  },
  async ({ flags, folder, orchestrator }) => {
    const left = (dir: string) => outcome(join(dir, folder), orchestrator);
    const random = chance(seed);
    const calm = await temporaryFolder();
    await finish(program.start('--dir', calm, ...flags));
    const expected = await left(calm);
    expect(expected).toMatchObject({
      // Five events each: to fetch, to summarise, to check twice, and the result.
      processes: BOOKS.map((id) => ({ id, value: 'Done', counter: 5, outbox: [] })).sort(byId),
      deliveries: [],
    });

    let midway = 0;
    let folders = 0;
    for (let kills = 0; kills < KILLS; ) {
      const wild = await temporaryFolder();
      const runs: (readonly string[])[] = [];
      folders++;
      // Until it gets to its end, which it may do before all kills are used up: then once more from the beginning.
      for (let over = false; !over; ) {
        const args = ['--dir', wild, '--pace', String(PACE_MS), ...flags];
        const run =
          kills < KILLS ? await killSomewhere(args, random, runs.length === 0) : program.start(...args);
        const { signal, ...end } = await run.ended;
        runs.push(run.lines);
        if (run.lines.some((line) => line.includes('goes on from here'))) midway++;
        over = signal === null;
        if (over) expect(end).toEqual({ code: 0, errors: '' });
        else kills++;
      }
      expect(await left(wild)).toEqual(expected);
      for (const book of BOOKS) expectEachOnce(book, runs);
    }
    // The first kill of each folder came in the middle, so the start after it found a process under way.
    expect(midway).toBeGreaterThanOrEqual(folders);
  },
);

/** Starts it to be killed: some time after its first line, or in the moment of any line, if it comes so far. */
async function killSomewhere(
  args: readonly string[],
  random: () => number,
  isFirst: boolean,
): Promise<Program> {
  if (isFirst) return program.startToDieAt(MIDDLE + Math.floor(random() * MIDDLE), ...args);
  if (random() < 0.6) return program.startToDieAt(1 + Math.floor(random() * LINES), ...args);
  const run = program.start(...args);
  if (await run.printed(1)) {
    await new Promise((resolve) => setTimeout(resolve, random() * EARLY_MS));
    run.kill('SIGKILL');
  }
  return run;
}

async function finish(run: Program): Promise<void> {
  expect(await run.ended).toEqual({ code: 0, signal: null, errors: '' });
}

/** All runs together tell of each event as applied at most once; those not told of were applied when the kill came. */
function expectEachOnce(book: string, runs: readonly (readonly string[])[]): void {
  const came = arrivals(book, runs);
  expect(new Set(came.map(({ type }) => type))).toEqual(new Set(EVENTS));
  const applied = came.filter(({ became }) => became === 'applied').map(({ type }) => type);
  expect(applied.sort()).toEqual([...new Set(applied)].sort());
  for (const { type, became } of came) {
    if (became === 'applied' || became === 'cut') continue;
    expect(became).toMatch(/^duplicate: /);
    expect(EVENTS).toContain(type);
  }
  const way = steps(book, runs);
  expect(way, 'no run begins behind where another was').toEqual(way.toSorted((a, b) => a - b));
}

function byId(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : 1;
}
