import { isXorcaError } from '../errors.ts';
import type { ProcessStore } from '../ports.ts';
import { BLOB_FOLDER, isClaim, readBlob, readBlobName, readClaim } from './claim-check-blob.ts';
import { inGroups } from './in-groups.ts';
import type { ObjectStorage } from './object-storage.ts';

/** What one page of a sweep did. */
export interface SweepResult {
  /** Objects that were removed. */
  readonly removed: number;
  /** The cursor of the next page; absent after the last. */
  readonly next?: string;
}

/** Where to look, and before which moment (epoch ms) an object must have been written to be removed. */
export interface Sweep {
  readonly store: ProcessStore;
  readonly objects: ObjectStorage;
  readonly prefix: string;
  readonly before: number;
}

// One page of S3's listing.
const PAGE = 1_000;
// As in `objectStore`: enough to hide the latency of one load, few enough for a client's default pool of sockets (50).
const LOADS_AT_ONCE = 16;

/**
 * Removes the objects of one page that no record names. The age is looked at before the record: a save still under way has a younger
 * object, and an old object that the record does not name now is named by none later, since each save brings a key of its own.
 */
export async function sweepBlobs(sweep: Sweep, cursor: string | undefined): Promise<SweepResult> {
  const { objects, prefix } = sweep;
  const page = await objects.list(prefix + BLOB_FOLDER, {
    limit: PAGE,
    ...(cursor === undefined ? {} : { cursor }),
  });
  const names = page.keys.map((key) => key.slice(prefix.length));
  let removed = 0;
  for await (const group of inGroups(names, LOADS_AT_ONCE, (name) => isLeftover(name, sweep))) {
    removed += group.filter(Boolean).length;
  }
  return page.next === undefined ? { removed } : { removed, next: page.next };
}

async function isLeftover(name: string, { store, objects, prefix, before }: Sweep): Promise<boolean> {
  const blob = readBlobName(name);
  if (!blob || blob.writtenAt >= before) return false;
  const id = blob.id ?? readBlob((await objects.get(prefix + name))?.text ?? '')?.id;
  if (id === undefined || (await isNamed(name, id, store))) return false;
  await objects.delete(prefix + name);
  return true;
}

// A record that cannot be read may name it: its restorer will want the body.
async function isNamed(name: string, id: string, store: ProcessStore): Promise<boolean> {
  try {
    const body = (await store.load(id))?.record.body ?? '';
    return isClaim(body) && (readClaim(body)?.name ?? name) === name;
  } catch (error) {
    if (isXorcaError(error, 'XORCA_CORRUPT_RECORD') || isXorcaError(error, 'XORCA_CODEC')) return true;
    throw error;
  }
}
