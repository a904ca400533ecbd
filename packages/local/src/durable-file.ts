import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { absent, errnoOf } from './file-errors.ts';

/** Makes a file that is on the disk when this resolves; its name is only after `syncFolder`. */
export async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(text, 'utf8');
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** Brings a folder's names to the disk. Does nothing on Windows, which has no such call and needs none. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch((error: unknown) => {
    if (['EPERM', 'EISDIR', 'EACCES'].includes(errnoOf(error)) && process.platform === 'win32')
      return undefined;
    throw error;
  });
  try {
    await folder?.sync();
  } finally {
    await folder?.close();
  }
}

/** Makes a folder with all above it, and brings the new names to the disk. */
export async function ensureFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let folder = dirname(path); folder.length >= dirname(first).length; folder = dirname(folder)) {
    await syncFolder(folder);
    if (folder === dirname(folder)) return;
  }
}

/** Removes a file or folder last changed before `before` (epoch ms). Moved first: nobody may find it half removed. */
export async function removeIfOlder(path: string, before: number, scratch: string): Promise<void> {
  const found = await stat(path).catch(absent);
  if (found && found.mtimeMs < before) await removeWhole(path, scratch);
}

/** Removes a file or folder, if there is one, in one step for everybody who looks at its name. */
export async function removeWhole(path: string, scratch: string): Promise<void> {
  const grave = join(scratch, randomUUID());
  await rename(path, grave).catch(absent);
  await rm(grave, { recursive: true, force: true });
}
