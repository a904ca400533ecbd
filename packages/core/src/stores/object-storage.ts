/** An object as it was read: its text, and the tag (ETag) that a conditional write names. */
export interface StoredObject {
  readonly text: string;
  readonly tag: string;
}

/**
 * When a `put` may write: whatever is there, only when nothing is there, or only while the object has that tag.
 * S3 and Azure Blob: no header, `If-None-Match: *`, `If-Match: <tag>`.
 */
export type PutCondition = 'any' | 'absent' | { readonly tag: string };

/** One page of keys; `next` is there while more follow. A page may be short or empty and still have a `next`. */
export interface KeyPage {
  readonly keys: readonly string[];
  readonly next?: string;
}

/**
 * Any storage of objects with conditional writes: S3, Azure Blob, a folder. `objectStore` makes a `ProcessStore` of it, `objectJournal` a `Journal`.
 * Keys are ASCII, at most 256 bytes beyond the prefix, with `/` between their parts. All four calls must be strongly consistent, the
 * listing too. Transient faults are thrown as `XORCA_UNAVAILABLE` with `retryable`.
 */
export interface ObjectStorage {
  /** The object, or undefined when there is none. */
  get(key: string): Promise<StoredObject | undefined>;
  /**
   * Writes all of the text at once, or nothing: returns the new tag, or throws `XORCA_CONFLICT` when the condition does not
   * hold, also when it names a tag and the object is gone (S3 says 404, Azure 412) or another conditional write is under way (S3 says 409).
   */
  put(key: string, text: string, condition: PutCondition): Promise<string>;
  /**
   * Keys that begin with `prefix`, in order of their bytes; `cursor` is the `next` of the page before. A key that is written or
   * removed meanwhile makes it skip no other.
   */
  list(prefix: string, options: { readonly limit: number; readonly cursor?: string }): Promise<KeyPage>;
  /** Removes the object, if there is one. */
  delete(key: string): Promise<void>;
}
