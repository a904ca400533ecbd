import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { storeContract } from '@xorca/testing';
import { describe, expect, it } from 'vitest';
import { child, kill, said } from '../test/support/child.ts';
import { tempFolder } from '../test/support/temp-folder.ts';
import { fileObjects } from './file-objects.ts';
import { fileStore } from './file-store.ts';

const record = (id: string, revision = 1, wakeAt: number | null = null) => ({
  id,
  orchestrator: 'books',
  version: '1',
  status: 'active' as const,
  states: ['Running'],
  stuck: false,
  revision,
  wakeAt,
  updatedAt: 0,
  body: `${revision}`,
});

describe('fileStore', () => {
  for (const { name, run } of storeContract) {
    it(name, () => run(async () => fileStore({ dir: join(await tempFolder(), 'new') })));
  }

  it('lets two stores race at one folder, and one of them win each time', async () => {
    const dir = await tempFolder();
    const stores = Array.from({ length: 4 }, () => fileStore({ dir }));
    let revision: string | number | undefined;
    for (let n = 1; n <= 20; n++) {
      const saves = stores.map((store) => store.save(record('p', n), revision));
      const results = await Promise.allSettled(saves);
      const won = results.filter((result) => result.status === 'fulfilled');
      expect(won).toHaveLength(1);
      revision = won[0]?.value;
      const loads = await Promise.all(stores.map((store) => store.load('p')));
      for (const stored of loads) expect(stored).toEqual({ record: record('p', n), revision });
    }
    expect(await readdir(join(dir, 'process', 'p'))).toHaveLength(2);
    expect(await readdir(join(dir, '.scratch'))).toEqual([]);
  });

  it('keeps a record whole, and writable, whenever a writer is killed', async () => {
    const dir = await tempFolder();
    let last = 0;
    for (let round = 0; round < 4; round++) {
      const writer = child('file-writer.ts', dir);
      let acknowledged = 0;
      while (acknowledged < last + 2 + round)
        acknowledged = Number((await said(writer)).trim().split('\n').at(-1));
      await kill(writer);
      const store = fileStore({ dir });
      const stored = await store.load('p');
      last = stored?.record.revision ?? 0;
      expect(last).toBeGreaterThanOrEqual(acknowledged);
      expect(JSON.parse(stored?.record.body ?? '')).toEqual({
        n: last,
        text: String(last % 10).repeat(200_000),
      });
      expect(await store.due(1e9, 10)).toEqual(['p']);
      await store.save(
        {
          ...(stored?.record ?? record('p')),
          revision: ++last,
          wakeAt: last,
          body: JSON.stringify({ n: last }),
        },
        stored?.revision,
      );
    }
  }, 30_000);

  it('sweeps what a killed writer left when it is an hour old, and nothing younger', async () => {
    const dir = await tempFolder();
    const first = await fileStore({ dir }).save(record('p'), undefined);
    const leftovers = [
      ['process/p/dead.json', 3_700],
      ['process/p/alive.json', 3_500],
      ['.scratch/dead', 3_700],
      ['.scratch/alive', 3_500],
    ] as const;
    for (const [name, seconds] of leftovers) {
      await writeFile(join(dir, name), 'half a rec');
      const then = new Date(Date.now() - seconds * 1_000);
      await utimes(join(dir, name), then, then);
    }
    const store = fileStore({ dir });
    await store.save(record('p', 2), first);
    expect((await store.load('p'))?.record.revision).toBe(2);
    expect((await readdir(join(dir, 'process/p'))).filter((name) => /dead|alive/.test(name))).toEqual([
      'alive.json',
    ]);
    expect(await readdir(join(dir, '.scratch'))).toEqual(['alive']);
  });

  it('names a record whose text is gone as damaged', async () => {
    const dir = await tempFolder();
    await mkdir(join(dir, 'process', 'p'), { recursive: true });
    await writeFile(join(dir, 'process', 'p', 'current.x'), '');
    await expect(fileStore({ dir }).load('p')).rejects.toMatchObject({
      code: 'XORCA_CORRUPT_RECORD',
      processId: 'p',
    });
  });

  it('says at once when its folder cannot be made', async () => {
    const dir = await tempFolder();
    await writeFile(join(dir, 'file'), '');
    const config = expect.objectContaining({ code: 'XORCA_CONFIG' });
    expect(() => fileStore({ dir: join(dir, 'file', 'x') })).toThrow(config);
    expect(() => fileStore({ dir: '' })).toThrow(config);
    expect(() => fileStore({ dri: dir } as unknown as { dir: string })).toThrow('dir');
  });
});

describe('fileObjects', () => {
  it('pages through keys in order, from where the cursor stands', async () => {
    const objects = fileObjects(await tempFolder());
    for (const n of [3, 1, 2, 5, 4]) await objects.put(`wake/${n}`, 'x', 'any');
    const first = await objects.list('wake/', { limit: 2 });
    expect(first.keys).toEqual(['wake/1', 'wake/2']);
    const second = await objects.list('wake/', { limit: 3, cursor: first.next ?? '' });
    expect(second).toEqual({ keys: ['wake/3', 'wake/4', 'wake/5'] });
    expect(await objects.get('wake/3')).toMatchObject({ text: 'x' });
    expect(await objects.list('nothing/', { limit: 9 })).toEqual({ keys: [] });
  });
});
