import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { starter } from '../../shared/test/program.ts';
import { temporaryFolder } from '../../shared/test/temporary-folder.ts';

const program = starter(new URL('../src/main.ts', import.meta.url));

// After a change that is meant, `npx vitest run -u` writes the file anew: read its diff, a permission more is easily overlooked.
test('the example shows what the stack consists of, and leaves behind what is deployed', async () => {
  const dir = await temporaryFolder();
  const run = program.start('--dir', dir);
  expect(await run.ended).toEqual({ code: 0, signal: null, errors: '' });
  const text = run.lines.map((line) => `${line.replaceAll(dir, 'FOLDER')}\n`).join('');
  await expect(text).toMatchFileSnapshot('expected-output.txt');
  expect(existsSync(join(dir, 'cdk.out/LiteratureSummary.template.json'))).toBe(true);
});

test('a folder without a name is refused, with the usage', async () => {
  const run = program.start('--dir', '');
  expect(await run.ended).toMatchObject({
    code: 2,
    errors: expect.stringMatching(/--dir must name.*Usage:/s),
  });
});
