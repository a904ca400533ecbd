import { fileObjects } from '@xorca/local';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../shared/test/temporary-folder.ts';
import { objectPages } from '../src/fleet/object-pages.ts';

it('a page comes back as it was, twice stored it is one', async () => {
  const pages = objectPages(fileObjects(await temporaryFolder()));
  const text = 'Light consists of parts. \ufeff日本 🦈\n';
  const ref = await pages.put(text);
  expect(await pages.put(text)).toBe(ref);
  expect(await pages.get(ref)).toBe(text);
});

it('what names no page, is not there, was changed or is half a character is told by its code', async () => {
  const objects = fileObjects(await temporaryFolder());
  const pages = objectPages(objects);
  const code = (name: string) => ({ name: 'PageError', code: name });
  for (const ref of ['../../etc/passwd', '', 'A'.repeat(64)])
    await expect(pages.get(ref)).rejects.toMatchObject(code('invalid-ref'));
  await expect(pages.get('0'.repeat(64))).rejects.toMatchObject(code('missing'));
  await expect(pages.put('\ud800')).rejects.toMatchObject(code('invalid-text'));
  const ref = await pages.put('whole');
  await objects.put(`page/${ref}`, 'other', 'any');
  await expect(pages.get(ref)).rejects.toMatchObject(code('corrupt'));
});
