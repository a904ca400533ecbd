import { bytesToHex } from '@noble/hashes/utils.js';
import { decodeProcessId, encodeProcessId } from '../process-id.ts';

// No JSON begins like this, so a reference is told from a body.
const MARK = 'xorca-claim/';
const REFERENCE = /^xorca-claim\/1 (\S+) ([0-9a-f]{64})$/;
/** The prefix of all names. */
export const BLOB_FOLDER = 'body/';

/** What the record keeps instead of its body: where the body is, and its SHA-256, so that a damaged one is not taken for it. */
export interface Claim {
  /** `body/<encoded id>.<when it was written>.<random>`, without the prefix. */
  readonly name: string;
  /** In hex. */
  readonly hash: string;
}

/** Whether a text has to be read by `readClaim`. */
export function isClaim(text: string): boolean {
  return text.startsWith(MARK);
}

export function writeClaim({ name, hash }: Claim): string {
  return `${MARK}1 ${name} ${hash}`;
}

/** The reference in a record, or undefined for a text that is none (any more). */
export function readClaim(text: string): Claim | undefined {
  const [, name, hash] = REFERENCE.exec(text) ?? [];
  return name === undefined || hash === undefined ? undefined : { name, hash };
}

/** A name that nobody else has. One level below `body/`, so that a folder can hold the objects as they are. */
export function blobName(id: string, now: number): string {
  // 16 digits, as in the hints of `objectStore`: at most 220 characters in all, below the 255 of a file name.
  const writtenAt = String(Math.trunc(Math.max(now, 0))).padStart(16, '0');
  return `${BLOB_FOLDER}${encodeProcessId(id)}.${writtenAt}.${crypto.randomUUID()}`;
}

/** Reads a name; undefined for one of another make, which is nobody's business here. */
export function readBlobName(name: string): BlobName | undefined {
  const [, encodedId, writtenAt] = /^body\/([a-z0-9_=~-]+)\.(\d{16})\.[0-9a-f-]{36}$/.exec(name) ?? [];
  if (encodedId === undefined || writtenAt === undefined) return undefined;
  return { encodedId, id: decodeProcessId(encodedId), writtenAt: Number(writtenAt) };
}

/** What a blob's name says. */
export interface BlobName {
  readonly encodedId: string;
  /** Undefined when the id is too long to be read back from its key: then the blob's first line says it. */
  readonly id: string | undefined;
  readonly writtenAt: number;
}

/** A blob's text: its process's id as JSON on the first line, then the body. */
export function writeBlob(id: string, body: string): string {
  return `${JSON.stringify(id)}\n${body}`;
}

/** The parts of a blob's text, or undefined when it is none. */
export function readBlob(text: string): { readonly id: string; readonly body: string } | undefined {
  const end = text.indexOf('\n');
  try {
    const id: unknown = JSON.parse(text.slice(0, end));
    return end > 0 && typeof id === 'string' ? { id, body: text.slice(end + 1) } : undefined;
  } catch {
    return undefined;
  }
}

/** SHA-256 of a body's UTF-8, in hex. */
export async function bodyHash(body: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(body));
  return bytesToHex(new Uint8Array(digest));
}
