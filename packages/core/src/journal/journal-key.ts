// 16 digits hold every safe integer, so that the order of the texts is the order of the numbers.
const DIGITS = 16;

/** What the key of a save's object says, so that retention needs no object to be read. */
export interface JournalKey {
  /** The key, without the journal's prefix. */
  readonly key: string;
  readonly encodedId: string;
  readonly revision: number;
  /** Epoch ms of the newest of its steps. */
  readonly at: number;
  readonly steps: number;
}

/** What the keys of a process's saves begin with; no other process's keys do, for an encoded id has no dot. */
export function journalPrefix(encodedId: string): string {
  return `journal/${encodedId}.`;
}

/** The key of a save's object. One level below `journal/`, so that a folder can hold them as they are. */
export function journalKey(encodedId: string, revision: number, at: number, steps: number): string {
  return `${journalPrefix(encodedId)}${padded(revision)}.${padded(at)}.${steps}`;
}

/** Reads a key; undefined for a key of another make, which is nobody's business here. */
export function readJournalKey(key: string): JournalKey | undefined {
  const match = /^journal\/([a-z0-9_=~-]+)\.(\d{16})\.(\d{16})\.(\d+)$/.exec(key);
  const [, encodedId, revision, at, steps] = match ?? [];
  if (encodedId === undefined) return undefined;
  return { key, encodedId, revision: Number(revision), at: Number(at), steps: Number(steps) };
}

function padded(value: number): string {
  return String(Math.trunc(Math.min(Math.max(value, 0), Number.MAX_SAFE_INTEGER))).padStart(DIGITS, '0');
}
