import { XorcaError } from '../errors.ts';
import type { JournalEntry } from '../ports.ts';

/** The steps of one call of `append`, save by save: one, as runners call it. */
export function savesOf(entries: readonly JournalEntry[]): JournalEntry[][] {
  const saves = new Map<number, JournalEntry[]>();
  for (const entry of entries) {
    const save = saves.get(entry.revision);
    if (save) save.push(entry);
    else saves.set(entry.revision, [entry]);
  }
  return [...saves.values()];
}

/** Whether a value that was read from a storage has the parts of an entry. */
export function isJournalEntry(value: unknown): value is JournalEntry {
  if (!isObject(value)) return false;
  const { revision, step, at, attempt, orchestrator, version, input, before, after, effects } = value;
  return (
    [revision, step, at, attempt].every((part) => typeof part === 'number') &&
    typeof orchestrator === 'string' &&
    typeof version === 'string' &&
    isObject(input) &&
    typeof input['kind'] === 'string' &&
    (input['event'] === undefined || isEvent(input['event'])) &&
    (before === undefined || isState(before)) &&
    isState(after) &&
    Array.isArray(effects) &&
    effects.every(isEvent)
  );
}

function isEvent(value: unknown): boolean {
  return isObject(value) && typeof value['id'] === 'string' && typeof value['type'] === 'string';
}

function isState(value: unknown): boolean {
  return isObject(value) && typeof value['status'] === 'string';
}

/** The error of every journal for a step or an object that cannot be read. */
export function corruptJournal(
  processId: string | undefined,
  key: string,
  fault: string,
  cause?: unknown,
): XorcaError {
  const process = processId === undefined ? 'a process' : `process ${JSON.stringify(processId)}`;
  return new XorcaError(
    'XORCA_CORRUPT_RECORD',
    `The journal of ${process} cannot be read: ${JSON.stringify(key)} ${fault}. It was left as it is; restore it from a backup, or delete it to read the rest. The process itself is not affected.`,
    { ...(processId === undefined ? {} : { processId }), cause },
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
