/** A compression or decompression stream, as far as it is used here. */
export interface ByteStream {
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly writable: WritableStream<Uint8Array<ArrayBuffer>>;
}

/** All that a stream makes of the bytes; undefined when it is more than `limit`, which stops the stream at once. */
export async function streamBytes(
  { readable, writable }: ByteStream,
  bytes: Uint8Array<ArrayBuffer>,
  limit: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const writer = writable.getWriter();
  // Not awaited: it ends only as the other side is read. What fails here fails the reader too.
  const quiet = () => undefined;
  writer.write(bytes).catch(quiet);
  writer.close().catch(quiet);
  const reader = readable.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    size += part.value.length;
    if (size > limit) {
      await reader.cancel().catch(quiet);
      return undefined;
    }
    parts.push(part.value);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
