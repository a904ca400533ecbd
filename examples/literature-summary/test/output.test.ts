import { expect, test } from 'vitest';
import { temporaryFolder } from '../../shared/test/temporary-folder.ts';
import { program } from './program.ts';
import { timelineLine } from './timeline-lines.ts';

// After a change that is meant, `npx vitest run -u` writes the file anew: read its diff.
test('an undisturbed run prints what it printed before, times and the order of the two books apart', async () => {
  const dir = await temporaryFolder();
  const run = program.start('--dir', dir);
  expect(await run.ended).toEqual({ code: 0, signal: null, errors: '' });
  const text = run.lines.map((line) => line.replaceAll(dir, 'FOLDER'));
  await expect(`${byProcess(text).join('\n')}\n`).toMatchFileSnapshot('expected-output.txt');
});

/** The lines without their times; one process after the other, as the two of them interleave freely. */
function byProcess(lines: readonly string[]): string[] {
  const [before, after, told]: [string[], string[], Map<string, string[]>] = [[], [], new Map()];
  let current = before;
  for (const line of lines) {
    const parsed = timelineLine(line);
    if (parsed) {
      current = told.get(parsed.process) ?? [];
      told.set(parsed.process, current);
    } else if (!line.startsWith(' ') && told.size > 0) {
      current = after;
    }
    current.push(parsed?.rest ?? line);
  }
  const processes = [...told].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, own]) => settleParallel(own));
  return [before, ...processes, after].flat();
}

/**
 * The two checks run at once and either may answer first: between the commands and the end, what tells of the one is put before
 * what tells of the other, and the states in between, which depend on it, are left out.
 */
function settleParallel(lines: readonly string[]): string[] {
  const from = lines.findIndex((line) => line.includes('← cmd.regulations.compliant')) + 1;
  const to = lines.findIndex((line) => line.includes('• Done'));
  const between = lines
    .slice(from, to)
    .filter((line) => !line.includes('•'))
    .map((line) => line.replace(/[█░]+ \d\/\d/, '         '));
  const compliant = between.filter((line) => line.includes('compliant'));
  const grounded = between.filter((line) => !line.includes('compliant'));
  return [...lines.slice(0, from), ...compliant, ...grounded, ...lines.slice(to)];
}
