import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../shared/test/temporary-folder.ts';
import { plainLiteratureSummary } from '../src/plain-style/orchestrator.ts';
import { program } from './program.ts';
import { outcome } from './state-folder.ts';
import { timelineLine } from './timeline-lines.ts';

test('both styles send and get the same events and come to the same end, with the same fleet', async () => {
  const dir = await temporaryFolder();
  const commands = program.start('--dir', dir);
  const ends = await commands.ended;
  const plain = program.start('--dir', dir, '--plain');
  expect(await plain.ended).toEqual(ends);
  expect(ends).toEqual({ code: 0, signal: null, errors: '' });
  expect(await outcome(join(dir, 'plain'), plainLiteratureSummary)).toEqual(await outcome(dir));
  expect(events(plain.lines)).toEqual(events(commands.lines));
  expect(events(plain.lines)).toHaveLength(20);
});

/** All events of a run; those of both books, and of the two checks, come in whatever order. */
function events(lines: readonly string[]): readonly string[] {
  const told = lines
    .flatMap((line) => timelineLine(line) ?? [])
    .filter(({ mark }) => mark === '→' || mark === '←');
  return told.map(({ process, mark, text }) => `${process} ${mark} ${text}`).sort();
}

test.each([
  ['commands', []],
  ['plain', ['--plain']],
])('a book that there is not ends the same in the style of %s', async (_, style) => {
  const run = program.start('--dir', await temporaryFolder(), ...style, 'nosuch');
  expect(await run.ended).toEqual({ code: 1, signal: null, errors: '' });
  expect(run.lines.join('\n')).toContain('← notif.summary.failed');
});
