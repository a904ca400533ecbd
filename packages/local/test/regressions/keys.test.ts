import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createRunner, memoryPublisher, objectJournal } from '@xorca/core';
import { expect, test } from 'vitest';

import { fileObjects, fileStore } from '../../src/index.ts';
import { orders } from '../support/orders.ts';
import { tempFolder } from '../support/temp-folder.ts';

const HOSTILE = [
  '..',
  '../outside',
  '../../etc/passwd',
  '/etc/passwd',
  'a/../../b',
  'a\\..\\..\\b',
  'C:\\outside',
  '.',
  '~',
  '%2e%2e%2foutside',
  'a\0b',
  'con',
  '\u2025/\uff0e\uff0e\uff0f',
  `${'../'.repeat(200)}outside`,
];

test('keys that escape the folder', async () => {
  const outer = await tempFolder();
  const dir = join(outer, 'deep', 'inside');
  const journal = objectJournal(fileObjects(dir));
  const store = fileStore({ dir });
  const runner = createRunner(orders(), { store, journal, publisher: memoryPublisher() });
  for (const id of HOSTILE) expect(await runner.start({ id })).toMatchObject({ status: 'applied' });
  // All of it lies where it belongs, one level below the folders that the store has made.
  expect(await readdir(outer)).toEqual(['deep']);
  expect(await readdir(join(outer, 'deep'))).toEqual(['inside']);
  const files = await readdir(dir, { recursive: true, withFileTypes: true });
  for (const file of files)
    expect([dir, join(dir, 'process'), join(dir, 'wake'), join(dir, 'journal')]).toContain(file.parentPath);
  expect(files.filter(({ parentPath }) => parentPath === join(dir, 'process'))).toHaveLength(HOSTILE.length);
  // And each is itself again.
  for (const id of HOSTILE) expect((await runner.get(id))?.id).toBe(id);
});
