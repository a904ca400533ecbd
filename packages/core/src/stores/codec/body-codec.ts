import type { ProcessSummary } from '../../ports.ts';

/** What a codec knows of the body in its hands. */
export interface BodyAbout {
  /** The rest of the record, which the store keeps in the clear. */
  readonly record: ProcessSummary;
  /** The layers beneath, innermost first: what other codecs had done to the body before it came to this one. */
  readonly layers: readonly string[];
}

/** A body after one codec. */
export interface EncodedBody {
  /** What was done and with what, for whoever reads it: a name, or `name(detail)` with `[\w.:/@=-]`, 1 to 256 characters. */
  readonly layer: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** One thing to do to a body on its way into the store, and to undo on its way out: `compress()`, `encrypt()`, or one of yours. */
export interface BodyCodec {
  /** For messages, such as `encrypt()`. */
  readonly name: string;
  /** True: what it makes cannot be made smaller, so it must be the last of a list. */
  readonly last?: boolean;
  /** True: a body that did not come through this codec is refused. */
  readonly required?: boolean;
  /** The encoded body; undefined leaves it as it is. */
  encode(bytes: Uint8Array<ArrayBuffer>, about: BodyAbout): Promise<EncodedBody | undefined>;
  /** Undoes a layer; undefined when it is not one of this codec's. `XORCA_CODEC` when it is, and cannot be undone. */
  decode(
    layer: string,
    bytes: Uint8Array<ArrayBuffer>,
    about: BodyAbout,
  ): Promise<Uint8Array<ArrayBuffer>> | undefined;
}
