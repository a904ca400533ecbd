import { objectJournal } from '@xorca/core';
import { journalContract } from '@xorca/testing';
import { describe, it } from 'vitest';
import { tempFolder } from '../test/support/temp-folder.ts';
import { fileObjects } from './file-objects.ts';

// Folders as object storage: the keys of a journal must be names that a folder can hold.
describe('objectJournal over files', () => {
  for (const { name, run } of journalContract) {
    it(name, () => run(async (options) => objectJournal(fileObjects(await tempFolder()), options)));
  }
});
