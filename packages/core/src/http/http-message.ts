/** Headers as a platform hands them over: the web's `Headers`, pairs, or an object as Node has it. Names in any case. */
export type HttpHeaders =
  | Iterable<readonly [name: string, value: string]>
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** A body: text, bytes, or the chunks of bytes it came in, cut anywhere, in the middle of a character too. */
export type HttpBody = string | Uint8Array | readonly Uint8Array[];

/** An HTTP request that brings events, or a response that does. */
export interface HttpMessage {
  readonly headers: HttpHeaders;
  /** Undefined or empty: no data. */
  readonly body?: HttpBody | undefined;
}
