import { assertOptions } from '../../options.ts';
import type { BodyAbout, BodyCodec } from './body-codec.ts';
import { unreadable } from './codec-error.ts';
import { type EncryptionKey, type KeyLoader, keyLoaders } from './encryption-key.ts';

/** Options of `encrypt`. */
export interface EncryptOptions {
  /** Every key that something stored may still need, by its id. Ids are stored in the clear; a key's id must never get another key. */
  readonly keys: Readonly<Record<string, EncryptionKey>>;
  /** Id of the key for everything that is saved from now on. */
  readonly use: string;
  /**
   * True: bodies that are not encrypted are read too, for the time until all are saved anew. Whoever can write to the store can then
   * make up the state of any process. Default false: `XORCA_CODEC`.
   */
  readonly allowPlain?: boolean;
}

const NAME = 'aes-256-gcm';
const LAYER = new RegExp(`^${NAME}\\((.+)\\)$`);
// NIST SP 800-38D, 5.2.1.1 and 8.2.2: 96 bits are what GCM takes without hashing them first, and what a random nonce must have.
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts bodies with AES-256-GCM: a random nonce for each save, the key's id beside it. The body is bound to its process: id, orchestrator,
 * version, status, revision and the layers are authenticated with it, so it can be neither changed nor moved. An older whole record
 * put back is not noticed: that is for the store to prevent.
 *
 * One key serves 2^32 saves (NIST SP 800-38D, 8.3); put another one into `use` before. Old keys stay in `keys` for reading.
 * Errors: `XORCA_CONFIG` for keys that are none; `XORCA_CODEC` on load, naming process and key id.
 *
 * @example
 * const codec = encrypt({ keys: { 'key-2026': secret2026, 'key-2027': secret2027 }, use: 'key-2027' })
 */
export function encrypt(options: EncryptOptions): BodyCodec {
  assertOptions(options, ['keys', 'use', 'allowPlain'], 'encrypt');
  const { keys, use, allowPlain = false } = options;
  const loaders = keyLoaders(keys ?? {}, use);
  return {
    name: 'encrypt()',
    last: true,
    required: allowPlain !== true,

    async encode(bytes, about) {
      const layer = `${NAME}(${use})`;
      const key = await (loaders.get(use) as KeyLoader)();
      const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
      const sealed = await crypto.subtle.encrypt(parameters(nonce, layer, about), key, bytes);
      const whole = new Uint8Array(NONCE_BYTES + sealed.byteLength);
      whole.set(nonce);
      whole.set(new Uint8Array(sealed), NONCE_BYTES);
      return { layer, bytes: whole };
    },

    decode(layer, bytes, about) {
      const keyId = LAYER.exec(layer)?.[1];
      return keyId === undefined ? undefined : opened(keyId, layer, bytes, about);
    },
  };

  async function opened(
    keyId: string,
    layer: string,
    bytes: Uint8Array<ArrayBuffer>,
    about: BodyAbout,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { id } = about.record;
    const name = JSON.stringify(keyId);
    const load = loaders.get(keyId);
    if (!load) {
      throw unreadable(
        id,
        `was encrypted with key ${name}, and encrypt has only ${[...loaders.keys()].map((each) => JSON.stringify(each)).join(', ')}`,
        `Add key ${name} to keys; it may stay unused for saves.`,
      );
    }
    if (bytes.length < NONCE_BYTES + TAG_BYTES) {
      throw unreadable(id, `is cut off (key ${name})`, 'Restore the record from a backup.');
    }
    const key = await load();
    const nonce = bytes.subarray(0, NONCE_BYTES);
    try {
      const cipher = bytes.subarray(NONCE_BYTES);
      return new Uint8Array(await crypto.subtle.decrypt(parameters(nonce, layer, about), key, cipher));
    } catch (cause) {
      throw unreadable(
        id,
        `does not decrypt with key ${name}`,
        `Either ${name} is another key here than where it was saved, or body or record were changed or moved outside of xorca: then restore the record from a backup.`,
        cause,
      );
    }
  }
}

// What core acts on beside the body. Not the states, times and marks: they steer only lists and wakes, which the store's keeper can hold up anyway.
function parameters(iv: Uint8Array<ArrayBuffer>, layer: string, { record, layers }: BodyAbout) {
  const { id, orchestrator, version, status, revision } = record;
  const bound = JSON.stringify([[...layers, layer], id, orchestrator, version, status, revision]);
  return { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(bound), tagLength: TAG_BYTES * 8 };
}
