// 16 digits hold every moment a Date can name (8.64e15), so that the order of the texts is the order of the times.
const TIME_DIGITS = 16;
const LATEST = 8.64e15;

/** A hint says that a process wants to be woken at a time. Each write makes its own, so a key is never written twice. */
export interface WakeHint {
  /** `wake/<time>.<encoded id>.<when it was written>.<random>`, without the store's prefix. */
  readonly key: string;
  readonly wakeAt: number;
  readonly encodedId: string;
  readonly writtenAt: number;
}

/** The key of a new hint. One level below `wake/`, so that a folder can hold them as they are. */
export function hintKey(wakeAt: number, encodedId: string, writtenAt: number, random: string): string {
  return `wake/${padded(wakeAt)}.${encodedId}.${padded(writtenAt)}.${random}`;
}

/** Reads a hint's key; undefined for a key of another make, which is nobody's business here. */
export function readHintKey(key: string): WakeHint | undefined {
  const match = /^wake\/(\d{16})\.([a-z0-9_=~-]+)\.(\d{16})\.[a-z0-9-]+$/.exec(key);
  const [, wakeAt, encodedId, writtenAt] = match ?? [];
  if (wakeAt === undefined || encodedId === undefined || writtenAt === undefined) return undefined;
  return { key, wakeAt: Number(wakeAt), encodedId, writtenAt: Number(writtenAt) };
}

function padded(time: number): string {
  return String(Math.trunc(Math.min(Math.max(time, 0), LATEST))).padStart(TIME_DIGITS, '0');
}
