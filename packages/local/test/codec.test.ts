import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRunner, memoryPublisher } from '@xorca/core';
import { compress, encrypt, withClaimCheck, withCodec } from '@xorca/core/codec';
import { storeContract } from '@xorca/testing';
import { describe, expect, it } from 'vitest';
import { fileObjects } from '../src/file-objects.ts';
import { sqliteStore } from '../src/sqlite-store.ts';
import { order, orders } from './support/orders.ts';
import { closing, tempFolder } from './support/temp-folder.ts';

const codecs = [
  compress({ minBytes: 0 }),
  encrypt({ keys: { 'key-1': new Uint8Array(32).fill(3) }, use: 'key-1' }),
];

function open(folder: string) {
  const inner = closing(sqliteStore({ path: join(folder, 'xorca.db') }));
  const claimed = withClaimCheck(inner, { objects: fileObjects(join(folder, 'bodies')), threshold: 1_024 });
  return { inner, claimed, store: withCodec(claimed, codecs) };
}

describe('a SQLite file with its large bodies as files, all of them compressed and encrypted', () => {
  for (const { name, run } of storeContract) {
    it(name, () => run(async () => open(await tempFolder()).store));
  }

  it('shows nothing of a process in any file, and reads it after a close', async () => {
    const folder = await tempFolder();
    const first = open(folder);
    const publisher = memoryPublisher();
    const runner = createRunner(orders(), { store: first.store, publisher });
    await runner.handle([order('p', 'orders.placed')]);
    const text = `secret ${crypto.getRandomValues(new Uint32Array(200)).join(' ')}`;
    const [outcome] = await runner.handle([order('p', 'order.note', { text })]);
    expect(outcome?.status).toBe('applied');
    first.inner.close();

    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
    expect(paths.filter((path) => path.includes('bodies'))).toHaveLength(1);
    for (const path of paths) expect((await readFile(path)).includes('secret'), path).toBe(false);

    const second = open(folder);
    const again = createRunner(orders(), { store: second.store, publisher });
    expect(await again.get('p')).toMatchObject({ value: 'asking', context: { notes: [text] } });
    expect(await second.claimed.sweep(Date.now() + 86_400_000)).toEqual({ removed: 0 });
    await second.store.delete?.('p');
    expect(await readdir(join(folder, 'bodies', 'body'))).toEqual([]);
  });
});
