import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { XorcaError } from '@xorca/core';
import { conflict, messageOf, type ObjectStorage, type StoredObject } from '@xorca/core/backend';
import { ensureFolder, removeIfOlder, removeWhole, syncFolder, writeDurably } from './durable-file.ts';
import { absent, errnoOf, guarded } from './file-errors.ts';

// A write takes seconds at most; what is an hour old was left behind by a process that was killed.
const LEFTOVER_MS = 3_600_000;
// Each try met another writer's finished write; so many in a row mean that something else is wrong.
const MAX_READS = 100;
const CURRENT = 'current.';

/**
 * Objects as files, with conditional writes between any number of processes and no lock that could be left behind.
 *
 * A key written with a condition is a folder with two entries: `<tag>.json`, the text, and `current.<tag>`, an empty file whose
 * name alone says which text counts. Tags are random, so none ever comes back.
 *
 * - An update puts its text beside the old one, synced, and renames `current.<old>` to `current.<new>`. A rename takes its source
 *   away: of all writers that name one old tag exactly one finds it, and a writer with a tag of the past, or of a former
 *   life of the key, finds nothing. That is the conflict. A loser's text never had a `current`, so nobody reads it.
 * - A create fills a folder elsewhere and renames it to the key's name, which fails where a folder with entries is.
 * - A delete renames the whole folder away and empties it then.
 * - A reader lists the folder and reads the text that `current` names. Any name it can see was the current one at some moment of
 *   the listing. If it sees none, or its text is gone, somebody has written since, and it reads again.
 * - The text is synced before the rename, the folder after it, before the old text goes and before the write is answered. A process
 *   killed anywhere leaves the old record or the new one, whole, and at most a text that nothing names, which is swept when
 *   an hour old. A writer that was asleep for so long writes its text again, in case it was taken for such a leftover.
 *
 * A key written with `'any'` is a plain file, renamed into place. Needs a file system that keeps the order of changes to a folder
 * over a power cut, as ext4, xfs, btrfs, APFS and NTFS do with their journals.
 */
export function fileObjects(dir: string): ObjectStorage {
  const scratch = join(dir, '.scratch');
  try {
    mkdirSync(scratch, { recursive: true });
  } catch (cause) {
    throw new XorcaError('XORCA_CONFIG', `The folder ${dir} cannot be written: ${messageOf(cause)}.`, {
      cause,
    });
  }
  let prepared: Promise<void> | undefined;

  async function create(path: string, key: string, text: string): Promise<string> {
    const tag = randomUUID();
    const folder = join(scratch, tag);
    await mkdir(folder);
    await writeDurably(textFile(folder, tag), text);
    await writeDurably(join(folder, CURRENT + tag), '');
    await syncFolder(folder);
    try {
      await rename(folder, path);
    } catch (error) {
      await removeWhole(folder, scratch);
      // EPERM: what Windows says for a folder that is there.
      throw ['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(errnoOf(error)) ? conflict(key, undefined) : error;
    }
    await syncFolder(dirname(path));
    return tag;
  }

  async function update(path: string, key: string, text: string, old: string): Promise<string> {
    const tag = randomUUID();
    const beganAt = Date.now();
    try {
      await writeDurably(textFile(path, tag), text);
      await rename(join(path, CURRENT + old), join(path, CURRENT + tag));
    } catch (error) {
      await unlink(textFile(path, tag)).catch(() => undefined);
      throw errnoOf(error) === 'ENOENT' ? conflict(key, old) : error;
    }
    if (Date.now() - beganAt > LEFTOVER_MS / 2) await overwrite(textFile(path, tag), text);
    await syncFolder(path);
    await unlink(textFile(path, old)).catch(() => undefined);
    return tag;
  }

  async function overwrite(path: string, text: string): Promise<string> {
    const tag = randomUUID();
    await writeDurably(join(scratch, tag), text);
    await rename(join(scratch, tag), path);
    await syncFolder(dirname(path));
    return tag;
  }

  async function read(path: string): Promise<StoredObject | 'again' | undefined> {
    const names = await readdir(path).catch(absent);
    if (names === undefined) return undefined;
    const tag = names.find((name) => name.startsWith(CURRENT))?.slice(CURRENT.length);
    const text = tag === undefined ? undefined : await readFile(textFile(path, tag), 'utf8').catch(absent);
    if (tag === undefined || text === undefined) return 'again';
    // More than its two: writers at work, or what one left that was killed.
    if (names.length > 2) {
      const others = names.filter((name) => name.endsWith('.json') && name !== `${tag}.json`);
      await sweep(others.map((name) => join(path, name)));
    }
    return { text, tag };
  }

  async function prepare(): Promise<void> {
    await syncFolder(dir);
    await syncFolder(dirname(dir));
    await sweep((await readdir(scratch)).map((name) => join(scratch, name)));
  }

  async function sweep(paths: readonly string[]): Promise<void> {
    const before = Date.now() - LEFTOVER_MS;
    for (const path of paths) await removeIfOlder(path, before, scratch).catch(() => undefined);
  }

  return {
    get: (key) =>
      guarded(key, async () => {
        const path = join(dir, key);
        for (let reads = 0; reads < MAX_READS; reads++) {
          const object = await read(path).catch(async (error: unknown) => {
            if (errnoOf(error) !== 'ENOTDIR') throw error;
            return { text: await readFile(path, 'utf8'), tag: 'any' };
          });
          if (object !== 'again') return object;
        }
        // It names no text, or one that is gone for good: there is a record, and it is damaged.
        return { text: '', tag: 'none' };
      }),

    put: (key, text, condition) =>
      guarded(key, async () => {
        prepared ??= prepare();
        await prepared;
        const path = join(dir, key);
        if (typeof condition === 'object') return update(path, key, text, condition.tag);
        await ensureFolder(dirname(path));
        return condition === 'absent' ? create(path, key, text) : overwrite(path, text);
      }),

    list: (prefix, { limit, cursor = '' }) =>
      guarded(prefix, async () => {
        const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
        const names = (await readdir(join(dir, folder)).catch(absent)) ?? [];
        const keys = names
          .map((name) => folder + name)
          .filter((key) => key.startsWith(prefix) && key > cursor)
          .sort();
        const page = keys.slice(0, limit);
        const last = page.at(-1);
        return keys.length > limit && last !== undefined ? { keys: page, next: last } : { keys: page };
      }),

    delete: (key) =>
      guarded(key, async () => {
        const path = join(dir, key);
        await removeWhole(path, scratch);
        await syncFolder(dirname(path)).catch(absent);
      }),
  };
}

function textFile(folder: string, tag: string): string {
  return join(folder, `${tag}.json`);
}
