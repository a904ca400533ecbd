import { expect, test } from 'vitest';
import { temporaryFolder } from '../../shared/test/temporary-folder.ts';
import { LIMIT } from '../src/machine.ts';
import { program, progressIn } from './program.ts';

// After a change that is meant, `npx vitest run -u` writes the file anew: read its diff.
test('an undisturbed run prints what it printed before, the order in which chapters are answered apart', async () => {
  const dir = await temporaryFolder();
  const run = program.start('--dir', dir);
  expect(await run.ended).toEqual({ code: 0, signal: null, errors: '' });
  const isProgress = (line: string) => progressIn([line]).length > 0;
  const text = run.lines
    .filter((line) => !isProgress(line))
    .map((line) => `${line.replaceAll(dir, 'FOLDER')}\n`);
  await expect(text.join('')).toMatchFileSnapshot('expected-output.txt');

  const progress = progressIn(run.lines);
  const asked = progress.flatMap((line) => line.asked);
  expect(asked).toHaveLength(19);
  expect(progress.flatMap(({ answered }) => answered ?? []).sort()).toEqual(asked.toSorted());
  expect(Math.max(...progress.map(({ open }) => open))).toBe(LIMIT);
  expect(progress.at(-1)?.open).toBe(0);
});

test('a book that there is not ends with exit code 1 and the reason', async () => {
  const run = program.start('--dir', await temporaryFolder(), 'nosuch');
  expect(await run.ended).toEqual({ code: 1, signal: null, errors: '' });
  expect(run.lines.at(-1)).toContain('there is no book of chapters');
});
