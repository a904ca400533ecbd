import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { XorcaError } from '../errors.ts';
import { assertOptions } from '../options.ts';
import type { ObjectStorage } from '../stores/object-storage.ts';
import type { DeadLetter } from './dead-letter.ts';

/** Options of `deadLettersIn`. */
export interface DeadLettersInOptions {
  /** `s3Objects({ bucket })`, `blobObjects({ container })`, or any other object storage. */
  readonly objects: ObjectStorage;
  /** Put before every key. Default `'dead-letters/'`. */
  readonly prefix?: string;
}

/**
 * A `deadLetters` for handlers that keeps what can never be taken as objects, one JSON each: `{ code, message, trigger, messageId, event, body }`,
 * where `event` names what could be read of it and `body` is all of it. Of any size, and once, however often it comes: its key is a hash of
 * its body. Errors: `XORCA_CONFIG` (options); those of the storage, whereupon the message comes again.
 *
 * @example
 * functionsHandler(orders, platform, { deadLetters: deadLettersIn({ objects: blobObjects({ container: 'dead', setting: 'Storage' }) }) })
 */
export function deadLettersIn(options: DeadLettersInOptions): (letter: DeadLetter) => Promise<void> {
  assertOptions(options ?? {}, ['objects', 'prefix'], 'deadLettersIn');
  const { objects, prefix = 'dead-letters/' } = options;
  if (typeof objects?.put !== 'function' || typeof prefix !== 'string') {
    throw new XorcaError(
      'XORCA_CONFIG',
      'deadLettersIn needs objects, an object storage, and prefix, a text.',
    );
  }
  return async ({ body, event, error, trigger, messageId }) => {
    const { id, type, source, subject } = event ?? {};
    const key = bytesToHex(sha256(new TextEncoder().encode(body)));
    const { code, message } = error;
    const letter = { code, message, trigger, messageId, event: { id, type, source, subject }, body };
    await objects.put(`${prefix}${key}.json`, JSON.stringify(letter, null, 2), 'any');
  };
}
