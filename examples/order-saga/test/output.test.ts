import { expect, test } from 'vitest';
import { temporaryFolder } from '../../shared/test/temporary-folder.ts';
import { endsIn, program } from './program.ts';

// After a change that is meant, `npx vitest run -u` writes the file anew: read its diff.
test('an undisturbed run tells each story as it told it before', async () => {
  const dir = await temporaryFolder();
  const run = program.start('--dir', dir);
  expect(await run.ended).toEqual({ code: 0, signal: null, errors: '' });
  const text = run.lines.map((line) => `${line.replaceAll(dir, 'FOLDER')}\n`).join('');
  await expect(text).toMatchFileSnapshot('expected-output.txt');
});

test('started again, it finds all orders over and does nothing', async () => {
  const dir = await temporaryFolder();
  const first = program.start('--dir', dir);
  await first.ended;
  const second = program.start('--dir', dir);
  expect(await second.ended).toEqual({ code: 0, signal: null, errors: '' });
  expect(second.lines.join('\n')).not.toContain('evt.');
  expect(endsIn(second.lines)).toEqual(endsIn(first.lines));
});
