import { expect, test } from 'vitest';
import { chance, seed } from '../../shared/test/chance.ts';
import type { Program } from '../../shared/test/program.ts';
import { temporaryFolder } from '../../shared/test/temporary-folder.ts';
import { LIMIT } from '../src/machine.ts';
import { program, progressIn, resultsIn } from './program.ts';

const KILLS = 10;
/** A run that goes on prints at least the opening; kills come within so many lines after it. */
const OPENING = 2;
const STEP = 8;

test(`killed ${KILLS} times in the middle (XORCA_SEED=${seed}), it loses no chapter and never asks for more than ${LIMIT} at once`, {
  timeout: 240_000, // about 15 s, on a busy machine many times that
}, async () => {
  const undisturbed = await finished(program.start('--dir', await temporaryFolder()));
  const random = chance(seed);
  for (let kills = 0; kills < KILLS; ) {
    const dir = await temporaryFolder();
    const lines: string[] = [];
    for (let over = false; !over; ) {
      const line = OPENING + 1 + Math.floor(random() * STEP);
      const run = kills < KILLS ? program.startToDieAt(line, '--dir', dir) : program.start('--dir', dir);
      const { signal } = await run.ended;
      lines.push(...run.lines);
      if (signal !== null) kills++;
      else {
        over = true;
        expect(resultsIn(await finished(run))).toEqual(resultsIn(undisturbed));
      }
    }
    const progress = progressIn(lines);
    expect(Math.max(...progress.map(({ open }) => open))).toBeLessThanOrEqual(LIMIT);
    const answered = progress.flatMap((line) => line.answered ?? []);
    expect(new Set(answered).size, 'no answer is taken twice').toBe(answered.length);
  }
});

async function finished(run: Program): Promise<readonly string[]> {
  expect(await run.ended).toEqual({ code: 0, signal: null, errors: '' });
  return run.lines;
}
