/** Something that happened in a world, for its diagram. */
export interface Happening {
  /** Epoch ms. */
  readonly at: number;
  /** Who did it: `outside`, `bus`, `store`, a function `fn1`, a fleet's name. */
  readonly from: string;
  /** Whom it reached; undefined: a note over `from`. */
  readonly to?: string;
  readonly text: string;
  /** The process it is about; undefined: all of them. */
  readonly processId?: string;
  /** What it led to was lost. */
  readonly isLost?: boolean;
}
