import { XorcaError } from '../../errors.ts';
import { assertKnown } from '../../options.ts';
import { fromBase64 } from './base64.ts';

/** WebCrypto's CryptoKey, whichever types of it a program has: the web's or Node's. */
export type WebCryptoKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** A key for AES-256: of WebCrypto (AES-GCM, 256 bits, usages encrypt and decrypt), its 32 bytes, or those as base64. */
export type EncryptionKey = WebCryptoKey | Uint8Array | string;

const BYTES = 32;
// What a layer can name; long enough for the ARN of a key.
const KEY_ID = /^[\w.:/@=-]{1,256}$/;

/** Gives the imported key when it is first needed. */
export type KeyLoader = () => Promise<WebCryptoKey>;

/** Checks all keys and copies them. `XORCA_CONFIG` names the key's id; no part of a key is in any message. `use`: the one that encrypts. */
export function keyLoaders(
  keys: Readonly<Record<string, EncryptionKey>>,
  use: string,
): ReadonlyMap<string, KeyLoader> {
  const loaders = Object.entries(keys).map(
    ([id, key]) => [assertKeyId(id), keyLoader(id, key, id === use)] as const,
  );
  assertKnown(
    assertKeyId(use),
    loaders.map(([id]) => id),
    'key',
    'encrypt',
  );
  return new Map(loaders);
}

function assertKeyId(id: unknown): string {
  if (typeof id !== 'string') throw config('encrypt needs use: the id of the key for what is saved.');
  if (fromBase64(id)?.length === BYTES) {
    throw config(
      'An id given to encrypt looks like a key itself. Write keys: { <id>: <key> } and use: <id>.',
    );
  }
  if (KEY_ID.test(id)) return id;
  throw config(
    `${JSON.stringify(id)} cannot name a key of encrypt: take 1 to 256 characters of A-Z a-z 0-9 _ . : / @ = -`,
  );
}

function keyLoader(id: string, key: EncryptionKey, encrypts: boolean): KeyLoader {
  if (isCryptoKey(key)) {
    const { name, length } = key.algorithm as { name: string; length?: number };
    const usages = encrypts ? (['encrypt', 'decrypt'] as const) : (['decrypt'] as const);
    if (name !== 'AES-GCM' || length !== 256 || !usages.every((usage) => key.usages.includes(usage))) {
      throw config(
        `Key ${JSON.stringify(id)} of encrypt must be one for AES-GCM with 256 bits and the usages ${usages.join(' and ')}.`,
      );
    }
    return async () => key;
  }
  const bytes =
    typeof key === 'string' ? fromBase64(key) : key instanceof Uint8Array ? key.slice() : undefined;
  if (bytes?.length !== BYTES) {
    throw config(
      `Key ${JSON.stringify(id)} of encrypt must be a CryptoKey, 32 bytes, or their base64 (openssl rand -base64 32 makes one).`,
    );
  }
  let imported: Promise<WebCryptoKey> | undefined;
  return () => {
    // Not extractable: from here on nobody reads the key back.
    imported ??= crypto.subtle.importKey('raw', bytes as Uint8Array<ArrayBuffer>, 'AES-GCM', false, [
      'encrypt',
      'decrypt',
    ]);
    return imported;
  };
}

// By its shape: a key of another realm (a test runner's, a worker's) is no instance of this one's class.
function isCryptoKey(key: unknown): key is WebCryptoKey {
  return typeof key === 'object' && key !== null && 'algorithm' in key && 'usages' in key;
}

function config(message: string): XorcaError {
  return new XorcaError('XORCA_CONFIG', message);
}
