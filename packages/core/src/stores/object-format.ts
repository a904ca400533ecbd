import { XorcaError } from '../errors.ts';
import type { ProcessRecord, Revision } from '../ports.ts';

/**
 * What lies in a record's object: the record; the key of its one living hint; and a stamp that makes every write's text,
 * hence its ETag, unlike any other: S3's ETag is a hash, so equal texts, as after delete and recreate, would pass for one another.
 */
export interface ObjectBody {
  readonly record: ProcessRecord;
  readonly hint: string | null;
  readonly stamp: string;
}

/** The text of a record's object: one JSON document. */
export function writeObject({ record, hint, stamp }: ObjectBody): string {
  const { id, orchestrator, version, status, states, stuck, revision, wakeAt, updatedAt, body } = record;
  return JSON.stringify({
    id,
    orchestrator,
    version,
    status,
    states,
    stuck,
    revision,
    wakeAt,
    updatedAt,
    hint,
    stamp,
    body,
  });
}

/** Reads a record's object; `XORCA_CORRUPT_RECORD`, naming the process, when it is none. `id`: undefined where it is not known. */
export function readObject(text: string, id: string | undefined, key: string): ObjectBody {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw corrupt(id, key, 'is no valid JSON', cause);
  }
  value = withLaterParts(value);
  if (!isStored(value)) throw corrupt(id, key, 'is JSON but no process record');
  if (id !== undefined && value.id !== id) {
    throw corrupt(id, key, `is the record of another process, ${JSON.stringify(value.id)}`);
  }
  const { hint, stamp, ...record } = value;
  return { record, hint, stamp };
}

/** A revision names the tag and the living hint, so that a save knows the hint it replaces without reading anything. */
export function revisionOf(tag: string, hint: string | null): Revision {
  return `${hint ?? ''}|${tag}`;
}

/** The two parts of a revision; undefined for one that this store never gave out. */
export function readRevision(revision: Revision): { tag: string; hint: string | null } | undefined {
  const text = String(revision);
  const bar = text.indexOf('|');
  return bar < 0 ? undefined : { hint: text.slice(0, bar) || null, tag: text.slice(bar + 1) };
}

// An object written before a part existed has not that part: then nothing is known of its states, and nobody saw it stuck.
function withLaterParts(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? { states: [], stuck: false, ...value } : value;
}

function isStored(value: unknown): value is ProcessRecord & { hint: string | null; stamp: string } {
  if (typeof value !== 'object' || value === null) return false;
  const { id, orchestrator, version, status, states, stuck, revision, wakeAt, updatedAt, hint, stamp, body } =
    value as Record<string, unknown>;
  const named = Array.isArray(states) && states.every((part) => typeof part === 'string');
  const texts = [id, orchestrator, version, status, stamp, body].every((part) => typeof part === 'string');
  const numbers = [revision, updatedAt, wakeAt ?? 0].every((part) => typeof part === 'number');
  return (
    texts && numbers && named && typeof stuck === 'boolean' && (hint === null || typeof hint === 'string')
  );
}

function corrupt(id: string | undefined, key: string, fault: string, cause?: unknown): XorcaError {
  const process = id === undefined ? 'A process' : `Process ${JSON.stringify(id)}`;
  return new XorcaError(
    'XORCA_CORRUPT_RECORD',
    `${process} cannot be read: object ${JSON.stringify(key)} ${fault}. It was left as it is; restore an earlier version of the object, or delete it.`,
    { ...(id === undefined ? {} : { processId: id }), cause },
  );
}
