import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PageRef } from './contracts.ts';

/** Keeps pages out of the events (the claim check pattern): events carry references, readers ask here for the text. */
export interface PageStore {
  /** Stores a page and names it. The same text has the same name, so storing it twice is harmless. */
  put(text: string): Promise<PageRef>;
  /** The page's text, verified against its name. Throws `PageError`. */
  get(ref: PageRef): Promise<string>;
}

/** Why a page was not stored or read: `invalid-ref`, `invalid-text`, `missing` or `corrupt`. */
export class PageError extends Error {
  override readonly name = 'PageError';
  readonly code: 'invalid-ref' | 'invalid-text' | 'missing' | 'corrupt';

  constructor(code: PageError['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/**
 * Pages as files of one folder, each named by the SHA-256 of its text. The folder is made when it is not there.
 *
 * @example
 * const pages = createPageStore('.data/pages')
 * const ref = await pages.put('In the beginning …')
 */
export function createPageStore(folder: string): PageStore {
  async function put(text: string): Promise<PageRef> {
    // A lone surrogate has no UTF-8 form: it would come back as another text than was put.
    if (!text.isWellFormed())
      throw new PageError('invalid-text', 'A page was not stored: it has half a character.');
    const bytes = Buffer.from(text, 'utf8');
    const ref = sha256(bytes);
    await mkdir(folder, { recursive: true });
    // A torn file of that name cannot come from here, yet a disk may have one: only a whole page spares the write.
    if (!(await isWhole(pathOf(ref), ref))) await writeWhole(folder, pathOf(ref), bytes);
    return ref;
  }

  async function get(ref: PageRef): Promise<string> {
    if (typeof ref !== 'string' || !/^[0-9a-f]{64}$/.test(ref)) {
      throw new PageError('invalid-ref', `${JSON.stringify(ref)?.slice(0, 80)} does not name a page.`);
    }
    const bytes = await readFile(pathOf(ref)).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'ENOENT') throw cause;
      throw new PageError(
        'missing',
        `Page ${ref.slice(0, 12)}… is not in the folder of pages. Fetch the book again.`,
        cause,
      );
    });
    if (sha256(bytes) !== ref) {
      throw new PageError(
        'corrupt',
        `Page ${ref.slice(0, 12)}… was changed after it was stored. Fetch the book again.`,
      );
    }
    return bytes.toString('utf8');
  }

  const pathOf = (ref: PageRef) => join(folder, `${ref}.txt`);
  return { put, get };
}

function sha256(bytes: Uint8Array): PageRef {
  return createHash('sha256').update(bytes).digest('hex');
}

async function isWhole(path: string, ref: PageRef): Promise<boolean> {
  return readFile(path).then(
    (bytes) => sha256(bytes) === ref,
    () => false,
  );
}

/** Temp file, fsync, rename: a reader sees the whole page or none, whenever the writer crashes. */
async function writeWhole(folder: string, path: string, bytes: Uint8Array): Promise<void> {
  const temp = join(folder, `.${randomUUID()}.tmp`);
  try {
    const file = await open(temp, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temp, path);
    await syncFolder(folder);
  } catch (error) {
    await rm(temp, { force: true });
    throw error;
  }
}

/** Without it a power cut can take back the rename, after an event with the page's name was sent. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return; // where a folder cannot be opened
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
