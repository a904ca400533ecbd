import { conflict, isXorcaError, XorcaError } from '../errors.ts';
import { assertOptions } from '../options.ts';
import type { Clock, ProcessStore, Revision } from '../ports.ts';
import { encodeProcessId } from '../process-id.ts';
import {
  blobName,
  bodyHash,
  isClaim,
  readBlobName,
  readClaim,
  writeBlob,
  writeClaim,
} from './claim-check-blob.ts';
import { loadClaimed } from './claim-check-load.ts';
import { readClaimRevision, writeClaimRevision } from './claim-check-revision.ts';
import { type SweepResult, sweepBlobs } from './claim-check-sweep.ts';
import type { ObjectStorage } from './object-storage.ts';
import { wrapStore } from './wrap-store.ts';

/** Options of `withClaimCheck`. */
export interface ClaimCheckOptions {
  /** Where large bodies go. Its condition is never used: each body has a key of its own. */
  readonly objects: ObjectStorage;
  /**
   * Bodies of more UTF-8 bytes go into `objects`. Default 262,144 (256 KiB): with every other part of a record that is below the 400 KB
   * of a DynamoDB item, the smallest limit of a record.
   */
  readonly threshold?: number;
  /** Put before every key, such as `'xorca/'`. Default: none. */
  readonly prefix?: string;
  /** Default: the system's clock. Dates the objects, for `sweep`. */
  readonly clock?: Clock;
  /**
   * How old an object that no record names must be before `sweep` takes it for a leftover: longer than any invocation lives, plus what
   * clocks differ. Default 1,200,000 (20 minutes): a Lambda lives 15 at most. Raise it where functions run longer.
   */
  readonly sweepAfterMs?: number;
}

/** A store with large bodies elsewhere. */
export interface ClaimCheckStore extends ProcessStore {
  /**
   * Removes objects that no record names and that are old enough (`now`: epoch ms), page by page: go on with `next` while there is one.
   * Costs a load for each old object, so once a day is often enough; interrupted or run twice at once it does no harm.
   */
  sweep(now: number, cursor?: string): Promise<SweepResult>;
}

const OPTIONS: readonly (keyof ClaimCheckOptions)[] = [
  'objects',
  'threshold',
  'prefix',
  'clock',
  'sweepAfterMs',
];
const THRESHOLD = 262_144;

/**
 * A store that keeps large bodies in an object storage, and in the record a reference to them: for stores with small records. Small
 * bodies stay in the record, and all else passes through. Put it beneath a codec, which then compresses and encrypts what becomes
 * large: `withCodec(withClaimCheck(store, { objects }), [compress(), encrypt(…)])`.
 *
 * No reference ever dangles: a body is written under a fresh key before its record, never changed, and removed only when a later record
 * is known to be stored. A crash in between, or a save whose answer was lost, leaves an object that no record names; `sweep` finds those.
 *
 * Errors: `XORCA_CORRUPT_RECORD` when a body is gone or damaged, those of the store and those of the storage.
 *
 * @example
 * const store = withClaimCheck(dynamodbStore(options), { objects: bucket, prefix: 'bodies/' })
 */
export function withClaimCheck(store: ProcessStore, options: ClaimCheckOptions): ClaimCheckStore {
  assertOptions(options, OPTIONS, 'withClaimCheck');
  const { objects, threshold = THRESHOLD, prefix = '', clock = Date, sweepAfterMs = 20 * 60_000 } = options;
  if (typeof objects?.get !== 'function') {
    throw new XorcaError(
      'XORCA_CONFIG',
      'withClaimCheck needs objects: an object storage for the large bodies.',
    );
  }
  if (!(threshold >= 0)) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `threshold of withClaimCheck must be a number of bytes, not ${threshold}.`,
    );
  }

  // An object too many does no harm, so a failure here must not fail a save or a delete that went through.
  async function drop(blob: string): Promise<void> {
    await objects.delete(prefix + blob).catch(() => undefined);
  }

  /**
   * Whether an update that was told of a conflict is known not to have landed, now or ever: its revision never comes back. A create is
   * left to the sweep: one that its client had given up may still arrive once the process is deleted.
   */
  async function isLost(id: string, blob: string): Promise<boolean> {
    try {
      // After a lost reply a client may try again by itself and meet its own write: then this is the living body.
      const stored = await store.load(id);
      return readClaim(stored?.record.body ?? '')?.name !== blob;
    } catch {
      return false;
    }
  }

  const wrapped = wrapStore(store, {
    load: (id) => loadClaimed({ store, objects, prefix }, id),

    async save(record, expected, effects) {
      const { id, body } = record;
      const encodedId = encodeProcessId(id);
      const before = expected === undefined ? undefined : readClaimRevision(expected);
      if (expected !== undefined && !before) throw conflict(id, expected);
      const blob = isLarge(body, threshold) ? blobName(id, clock.now()) : undefined;
      let slim = record;
      if (blob !== undefined) {
        slim = { ...record, body: writeClaim({ name: blob, hash: await bodyHash(body) }) };
        await objects.put(prefix + blob, writeBlob(id, body), 'any');
      }
      let inner: Revision;
      try {
        inner = await store.save(slim, before?.inner, effects);
      } catch (error) {
        // After any other error the save may have landed: then the object is the living body.
        const refused = blob !== undefined && before !== undefined && isXorcaError(error, 'XORCA_CONFLICT');
        if (refused && (await isLost(id, blob))) await drop(blob);
        throw error;
      }
      const old = before?.blob;
      // Of this process: a store may give two processes the same revision, and somebody may mix them up.
      if (old !== undefined && readBlobName(old)?.encodedId === encodedId) await drop(old);
      return writeClaimRevision({ inner, blob });
    },

    ...(store.delete
      ? {
          async delete(id) {
            const blob = await currentBlob(id);
            await store.delete?.(id);
            if (blob !== undefined) await drop(blob);
          },
        }
      : {}),
  });

  return {
    ...wrapped,
    sweep: (now, cursor) => sweepBlobs({ store, objects, prefix, before: now - sweepAfterMs }, cursor),
  };

  // A record that cannot be read can be deleted all the same; its object is left to the sweep.
  async function currentBlob(id: string): Promise<string | undefined> {
    try {
      return readClaim((await store.load(id))?.record.body ?? '')?.name;
    } catch {
      return undefined;
    }
  }
}

// A body that looks like a reference goes out whatever its size: otherwise it would be taken for one.
function isLarge(body: string, threshold: number): boolean {
  if (isClaim(body) || body.length > threshold) return true;
  // A UTF-16 unit is at most 3 bytes of UTF-8.
  return body.length * 3 > threshold && new TextEncoder().encode(body).length > threshold;
}
