import type { IncomingMessage } from 'node:http';

/** Bytes of a first line and the headers, as they went over the wire. */
export function bytesOf({ rawHeaders, method, url }: IncomingMessage): number {
  // "POST / HTTP/1.1" or "HTTP/1.1 200 OK", each line with two more bytes at its end, and an empty line.
  const first = method ? method.length + (url?.length ?? 0) + 10 : 15;
  const headers = rawHeaders.reduce((sum, part) => sum + Buffer.byteLength(part) + 2, 0);
  return first + 2 + headers + 2;
}
