import type { HttpBody } from './http-message.ts';

/** The text of a body, or what is wrong with it. A byte order mark is left out. */
export function textOf(
  body: HttpBody | undefined,
  charset: string | undefined,
  maxBytes: number,
): { readonly text: string } | { readonly fault: string } {
  if (body === undefined || body === null) return { text: '' };
  const tooLarge = {
    fault: `body: is larger than ${maxBytes} bytes; store the large part and send a reference`,
  };
  if (typeof body === 'string') {
    // A UTF-16 unit is 1 to 3 bytes of UTF-8.
    if (body.length > maxBytes) return tooLarge;
    if (body.length * 3 > maxBytes && new TextEncoder().encode(body).length > maxBytes) return tooLarge;
    return { text: body.startsWith('\ufeff') ? body.slice(1) : body };
  }
  const chunks: readonly unknown[] = Array.isArray(body) ? body : [body];
  let size = 0;
  for (const chunk of chunks) {
    if (!(chunk instanceof Uint8Array)) return { fault: 'body: must be text or bytes' };
    size += chunk.length;
    if (size > maxBytes) return tooLarge;
  }
  return decoded(chunks as readonly Uint8Array[], charset ?? 'utf-8');
}

function decoded(chunks: readonly Uint8Array[], charset: string): { text: string } | { fault: string } {
  let decoder: InstanceType<typeof TextDecoder>;
  try {
    decoder = new TextDecoder(charset, { fatal: true });
  } catch {
    return { fault: `charset: ${JSON.stringify(charset.slice(0, 40))} is not known here; send UTF-8` };
  }
  try {
    let text = '';
    // As one stream: a character may be cut in two by a chunk's end.
    for (const chunk of chunks) text += decoder.decode(chunk, { stream: true });
    return { text: text + decoder.decode() };
  } catch {
    return { fault: `body: is no text in ${charset}` };
  }
}
