/**
 * A lease needs a blob to lie on, and a new process has none. The lock then makes an empty one, told by its metadata: it keeps the place, and
 * is no record. A record that somebody has emptied is none of these, and stays an error.
 */
export const PLACE_METADATA = { xorca: 'place' } as const;

/** Whether a blob is there for its lease alone. */
export function isPlace(blob: {
  readonly contentLength?: number;
  readonly metadata?: Record<string, string>;
}): boolean {
  return blob.contentLength === 0 && blob.metadata?.['xorca'] === PLACE_METADATA.xorca;
}
