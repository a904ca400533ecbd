import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createRunner, memoryPublisher, objectJournal, type ProcessRecord } from '@xorca/core';
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
  'con',
  '\u2025/\uff0e\uff0e\uff0f',
  `${'../'.repeat(200)}outside`,
];

const RAW = ['a\0b', '\n', '\r\n..\r\n', '../\u0001'];

test('keys that escape the folder', async () => {
  const outer = await tempFolder();
  const dir = join(outer, 'deep', 'inside');
  const journal = objectJournal(fileObjects(dir));
  const store = fileStore({ dir });
  const runner = createRunner(orders(), { store, journal, publisher: memoryPublisher() });
  for (const id of HOSTILE) expect(await runner.start({ id })).toMatchObject({ status: 'applied' });
  // A store is asked for more than any event may name.
  const record = (await store.load('..'))?.record;
  for (const id of RAW) await store.save({ ...(record as ProcessRecord), id }, undefined);
  // All of it lies where it belongs: nothing above the folder, and below it only what the store itself has named.
  expect(await readdir(outer)).toEqual(['deep']);
  expect(await readdir(join(outer, 'deep'))).toEqual(['inside']);
  for (const path of await readdir(dir, { recursive: true }))
    expect(path).toMatch(/^(\.scratch|process|wake|journal)(\/[a-zA-Z0-9_=~.-]{1,255}){0,2}$/);
  expect(await readdir(join(dir, 'process'))).toHaveLength(HOSTILE.length + RAW.length);
  // And each is itself again.
  for (const id of [...HOSTILE, ...RAW]) expect((await store.load(id))?.record.id).toBe(id);
});
