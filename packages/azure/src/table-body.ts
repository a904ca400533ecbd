import { fromText } from './table-text.ts';

// The most that a binary property may have: https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
const CHUNK_BYTES = 65_536;

// UTF-8 has no half of a surrogate pair. The mark is that of other texts.
const HALVES = /[\ufdd0\p{Surrogate}]/gu;

/** A body as binary properties: half the bytes of a string, which is UTF-16 there, so that twice as much has room. */
export function toChunks(body: string): Record<string, Uint8Array | number> {
  const text = body.isWellFormed() && !body.includes('\ufdd0') ? body : body.replace(HALVES, marked);
  const bytes = Buffer.from(text, 'utf8');
  const chunks: Record<string, Uint8Array | number> = { bodyBytes: bytes.length };
  for (let start = 0, n = 0; start < bytes.length; start += CHUNK_BYTES, n++) {
    chunks[`body${n}`] = bytes.subarray(start, start + CHUNK_BYTES);
  }
  return chunks;
}

/** The body of an entity, or the name of the property that is damaged. */
export function readChunks(
  entity: Record<string, unknown>,
): { readonly body: string } | { readonly bad: string } {
  const { bodyBytes } = entity;
  if (typeof bodyBytes !== 'number') return { bad: 'bodyBytes' };
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for (let n = 0; bytes < bodyBytes; n++) {
    const chunk = entity[`body${n}`];
    if (!(chunk instanceof Uint8Array) || chunk.length === 0) return { bad: `body${n}` };
    chunks.push(chunk);
    bytes += chunk.length;
  }
  if (bytes !== bodyBytes) return { bad: 'bodyBytes' };
  try {
    // A mark of order at the beginning belongs to the text.
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
    return { body: fromText(text) };
  } catch {
    return { bad: 'body0' };
  }
}

function marked(unit: string): string {
  return `\ufdd0${unit.charCodeAt(0).toString(16)}`;
}
