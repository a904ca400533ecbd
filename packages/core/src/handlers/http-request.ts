/** An HTTP request, for `verify`. */
export interface HttpRequest {
  /** In capitals. */
  readonly method: string;
  readonly path: string;
  /** By names in small letters; several of one name are joined by `', '`, cookies by `'; '`. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body's bytes as they were sent: what a signature is over. */
  readonly body: Uint8Array;
  /** The body as UTF-8. */
  text(): string;
  /** The request as the platform brought it, for what an authorizer left in it. */
  readonly event: unknown;
}

/** Looks at a request before it is read. Only `true` lets it in. */
export type Verify = (request: HttpRequest) => VerifyResult | Promise<VerifyResult>;

/** `true` lets in, `false` is answered by 401, something with a status (a `Response`, or `{ status: 403 }`) by that status and its text. */
export type VerifyResult = boolean | { readonly status: number; text?(): Promise<string> };

/** A request, and what the CloudEvents of it are read from. */
export interface ReadRequest extends HttpRequest {
  /** Every value of a header, so that one that came twice is seen. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** Text where the gateway made text of it: the charset of the header is then no longer that of the body. */
  readonly content: string | Uint8Array;
}
