import { readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../shared/test/temporary-folder.ts';
import { createPageStore } from '../src/fleet/page-store.ts';

describe('page store', async () => {
  const folder = await temporaryFolder();
  const pages = createPageStore(join(folder, 'deep', 'pages'));
  const TEXT = 'Of Colours: Phænomena, “so call’d”, 𝔑 and 🌈.\n\n';

  it('gives back what was put, multi-byte characters and all', async () => {
    expect(await pages.get(await pages.put(TEXT))).toBe(TEXT);
  });

  it('stores one text once, however often and by however many at once', async () => {
    const own = join(folder, 'once');
    const stores = Array.from({ length: 8 }, () => createPageStore(own));
    const refs = await Promise.all(stores.map((store) => store.put(TEXT)));
    expect(new Set(refs)).toHaveProperty('size', 1);
    expect(await readdir(own)).toEqual([`${refs[0]}.txt`]);
  });

  it('notices a page that was torn or changed, and mends it when it is put again', async () => {
    const own = join(folder, 'torn');
    const store = createPageStore(own);
    const ref = await store.put(TEXT);
    await truncate(join(own, `${ref}.txt`), 10);
    await expect(store.get(ref)).rejects.toMatchObject({ name: 'PageError', code: 'corrupt' });
    await store.put(TEXT);
    expect(await store.get(ref)).toBe(TEXT);
  });

  it('says when a page is not there', async () => {
    await expect(pages.get('0'.repeat(64))).rejects.toMatchObject({ code: 'missing' });
  });

  it('refuses a text that has no UTF-8 form', async () => {
    await expect(pages.put('half \ud83c of a character')).rejects.toMatchObject({ code: 'invalid-text' });
  });

  it.each([
    '',
    '../secret',
    '../../etc/passwd',
    `${'a'.repeat(63)}/`,
    'A'.repeat(64),
    'a'.repeat(65),
    `${'a'.repeat(64)}\n`,
    `${'a'.repeat(64)}\u0000`,
    '__proto__',
    ['a'.repeat(64)] as unknown as string,
    undefined as unknown as string,
  ])('never takes a reference for a path: %j', async (ref) => {
    await writeFile(join(folder, 'secret.txt'), 'secret');
    await expect(pages.get(ref)).rejects.toMatchObject({ code: 'invalid-ref' });
  });
});
