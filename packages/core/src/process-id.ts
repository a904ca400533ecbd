import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { XorcaError } from './errors.ts';

/** Longest process id, in UTF-16 units. A subject is a name, not a document; 4 KB is more than any bus's header takes. */
const MAX_PROCESS_ID = 8_192;

// Room for a prefix and a suffix within the 255 bytes of a file name, the shortest limit of any storage here.
const MAX_KEY = 160;
const PLAIN = /^[a-z0-9_-]{1,160}$/;

/** Throws `XORCA_INVALID_ID` unless `id` can name a process: 1 to 8,192 UTF-16 units of well-formed text. */
export function assertProcessId(id: unknown): asserts id is string {
  if (typeof id === 'string' && PLAIN.test(id)) return;
  const fault = faultOf(id);
  if (fault) {
    throw new XorcaError('XORCA_INVALID_ID', `A process id ${fault}. Give the event another subject.`);
  }
}

function faultOf(id: unknown): string | undefined {
  if (typeof id !== 'string') return `must be a string, not ${id === null ? 'null' : typeof id}`;
  if (id.length === 0) return 'must not be empty';
  if (id.length > MAX_PROCESS_ID)
    return `must not be longer than ${MAX_PROCESS_ID} characters, this one has ${id.length}`;
  if (!id.isWellFormed())
    return 'must be well-formed text, this one has half a surrogate pair, which UTF-8 cannot carry';
  return undefined;
}

/**
 * A storage key for a process id: `[a-z0-9_=~-]`, 1 to 160 characters, one key for one id, also where names ignore case.
 * Small letters, digits, `_` and `-` stay. A capital letter becomes `=` and the small one; any other UTF-16 unit becomes `~` and
 * its code in four hex digits. An id too long for that becomes the first 64 characters of its key, `~~` and its SHA-256 in hex.
 */
export function encodeProcessId(id: string): string {
  assertProcessId(id);
  if (PLAIN.test(id)) return id;
  let key = '';
  for (let i = 0; i < id.length && key.length <= MAX_KEY; i++) {
    const unit = id.charCodeAt(i);
    const char = id.charAt(i);
    if (/[a-z0-9_-]/.test(char)) key += char;
    else if (/[A-Z]/.test(char)) key += `=${char.toLowerCase()}`;
    else key += `~${unit.toString(16).padStart(4, '0')}`;
  }
  return key.length <= MAX_KEY ? key : `${key.slice(0, 64)}~~${bytesToHex(sha256(utf8ToBytes(id)))}`;
}

/** The id a key stands for, or undefined for a hashed one, which cannot be read back. */
export function decodeProcessId(key: string): string | undefined {
  if (key.includes('~~')) return undefined;
  // One pass: the text that one rule yields must not meet the other.
  return key.replace(/~([0-9a-f]{4})|=([a-z])/g, (_, hex: string | undefined, letter: string) =>
    hex === undefined ? letter.toUpperCase() : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
