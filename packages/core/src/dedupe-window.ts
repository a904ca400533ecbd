import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { type CloudEvent, eventKey } from './cloud-event.ts';

/*
 * Which inputs a process has seen: one text of fixed-width entries, oldest first. A text without escapes is the cheapest
 * thing JSON knows, so a full window costs a step little more than an empty one. An entry is 72 bits of the SHA-256 of
 * `(source, id)` and the hour: nobody can make up an id that hides another's event, which a short checksum would allow.
 */
const HASH = 12;
const HOUR = 4;
const ENTRY = HASH + HOUR;
const HOUR_MS = 3_600_000;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** How long an input is remembered: whichever bound is reached first. */
export interface DedupeBounds {
  readonly count: number;
  readonly ageMs: number;
}

/** 12 characters that stand for an input, from its source and id. */
export function inputHash(event: CloudEvent): string {
  const bytes = sha256(bytesOf(eventKey(event)));
  let text = '';
  for (let i = 0; i < 9; i += 3) {
    const bits = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += `${ALPHABET[bits >> 18]}${ALPHABET[(bits >> 12) & 63]}${ALPHABET[(bits >> 6) & 63]}${ALPHABET[bits & 63]}`;
  }
  return text;
}

// Almost every key is short ASCII, for which a loop is three times as fast as the platform's encoder.
const scratch = new Uint8Array(256);

function bytesOf(key: string): Uint8Array {
  if (key.length > scratch.length) return utf8ToBytes(key);
  for (let i = 0; i < key.length; i++) {
    const code = key.charCodeAt(i);
    if (code > 127) return utf8ToBytes(key);
    scratch[i] = code;
  }
  return scratch.subarray(0, key.length);
}

/** Whether a text has nothing but what windows are made of. */
export function isWindow(text: string): boolean {
  return /^[\w-]*$/.test(text);
}

/** Whether an input is in the window. */
export function hasSeen(seen: string, hash: string): boolean {
  let at = seen.indexOf(hash);
  while (at !== -1 && at % ENTRY !== 0) at = seen.indexOf(hash, at + 1);
  return at !== -1;
}

/** The window with one more input, without those that are over its bounds. Age counts in whole hours, rounded up. */
export function withSeen(seen: string, hash: string, now: number, bounds: DedupeBounds): string {
  const hour = Math.floor(now / HOUR_MS);
  const oldest = hour - Math.ceil(bounds.ageMs / HOUR_MS);
  let from = Math.max(0, seen.length - (bounds.count - 1) * ENTRY);
  while (from < seen.length && Number.parseInt(seen.slice(from + HASH, from + ENTRY), 36) < oldest)
    from += ENTRY;
  // Four digits of base 36 count hours until the year 2161.
  return seen.slice(from) + hash + hour.toString(36).padStart(HOUR, '0');
}
