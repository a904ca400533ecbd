import type { JournalEntry } from '../ports.ts';
import { corruptJournal, isJournalEntry } from './journal-entry.ts';

/** What lies in the object of a save: the process, whose id a hashed key does not tell, and the steps in order. */
export interface JournalObject {
  readonly id: string;
  readonly entries: readonly JournalEntry[];
}

/** The text of a save's object: one JSON document. */
export function writeJournalObject({ id, entries }: JournalObject): string {
  return JSON.stringify({ id, entries });
}

/** Reads a save's object; `XORCA_CORRUPT_RECORD`, naming process and key, when it is none. `id`: undefined where it is not known. */
export function readJournalObject(text: string, id: string | undefined, key: string): JournalObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw corruptJournal(id, key, 'is no valid JSON', cause);
  }
  if (!isJournalObject(value)) throw corruptJournal(id, key, 'is JSON but no steps of a process');
  if (id !== undefined && value.id !== id) {
    throw corruptJournal(id, key, `holds steps of another process, ${JSON.stringify(value.id)}`);
  }
  return value;
}

function isJournalObject(value: unknown): value is JournalObject {
  if (typeof value !== 'object' || value === null || !('id' in value) || !('entries' in value)) return false;
  const { id, entries } = value;
  return typeof id === 'string' && Array.isArray(entries) && entries.every(isJournalEntry);
}
