import { XorcaError } from '../errors.ts';
import type { ProcessStore, StoredProcess } from '../ports.ts';
import { bodyHash, isClaim, readBlob, readClaim } from './claim-check-blob.ts';
import { writeClaimRevision } from './claim-check-revision.ts';
import type { ObjectStorage } from './object-storage.ts';

/** Where a body may be. */
export interface ClaimSource {
  readonly store: ProcessStore;
  readonly objects: ObjectStorage;
  readonly prefix: string;
}

// Each try met another writer's finished save; so many in a row leave the rest to the caller's own retry.
const MAX_LOADS = 10;

/**
 * Loads a record with its body, wherever that is. A body that is gone was replaced by a save that came in between, so the record is
 * loaded again. `XORCA_CORRUPT_RECORD`, naming the object's key, when the record still names what is not there, or what is damaged.
 */
export async function loadClaimed(source: ClaimSource, id: string): Promise<StoredProcess | undefined> {
  let missing: string | undefined;
  for (let loads = 0; loads < MAX_LOADS; loads++) {
    const stored = await source.store.load(id);
    const found = stored && (await withBody(source, id, stored));
    if (!found || !('missing' in found)) return found;
    // Named by the record before and after the look at it: nobody has replaced it since.
    if (found.missing === missing) {
      throw corrupt(id, `has its body in object ${JSON.stringify(missing)}, which is not there`);
    }
    missing = found.missing;
  }
  throw new XorcaError(
    'XORCA_UNAVAILABLE',
    `Process ${JSON.stringify(id)} was saved anew each of the ${MAX_LOADS} times it was loaded. Try again.`,
    { processId: id, retryable: true },
  );
}

async function withBody(
  { objects, prefix }: ClaimSource,
  id: string,
  { record, revision }: StoredProcess,
): Promise<StoredProcess | { readonly missing: string }> {
  const claim = readClaim(record.body);
  if (!claim) {
    if (isClaim(record.body)) throw corrupt(id, 'holds a damaged reference to its body');
    return { record, revision: writeClaimRevision({ inner: revision, blob: undefined }) };
  }
  const key = prefix + claim.name;
  const object = await objects.get(key);
  if (!object) return { missing: key };
  const blob = readBlob(object.text);
  if (blob?.id !== id || (await bodyHash(blob.body)) !== claim.hash) {
    throw corrupt(id, `has a body in object ${JSON.stringify(key)} that is not the one that was saved`);
  }
  return {
    record: { ...record, body: blob.body },
    revision: writeClaimRevision({ inner: revision, blob: claim.name }),
  };
}

function corrupt(id: string, fault: string): XorcaError {
  return new XorcaError(
    'XORCA_CORRUPT_RECORD',
    `Process ${JSON.stringify(id)} ${fault}. The record was left as it is; restore the object, or an earlier version of both.`,
    { processId: id },
  );
}
