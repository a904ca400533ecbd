import { type ProcessRecord, type ProcessStatus, type ProcessSummary, XorcaError } from '@xorca/core';
import { decodeProcessId, encodeProcessId } from '@xorca/core/backend';
import { readChunks, toChunks } from './table-body.ts';
import { fromText, toText } from './table-text.ts';

/** An entity as the SDK gives it. */
export type Entity = Record<string, unknown>;

/** What the partitions of processes begin with, one partition for each; those of wakes begin otherwise. */
export const PROCESS = 'process:';
/** The row of a process's entity. */
export const RECORD = 'record';

/** The properties of a process's entity that a list shows. */
export const SUMMARY: string[] = [
  'partitionKey',
  'rowKey',
  'id',
  'orchestrator',
  'version',
  'status',
  'states',
  'stuck',
  'revision',
  'wakeAt',
  'updatedAt',
];

/** What an entity holds beside the record. */
export interface EntityExtras {
  /** Fresh with every save, so that a save knows its own. */
  readonly token: string;
  /** The hint that leads to the record, when it waits for a moment. */
  readonly hint: string | null;
}

/** The partition of a process; `XORCA_INVALID_ID`. */
export function partitionOf(id: string): string {
  return PROCESS + encodeProcessId(id);
}

/** A record as an entity. */
export function toEntity(record: ProcessRecord, { token, hint }: EntityExtras) {
  const { id, wakeAt } = record;
  return {
    partitionKey: partitionOf(id),
    rowKey: RECORD,
    id: toText(id),
    orchestrator: toText(record.orchestrator),
    version: toText(record.version),
    status: record.status,
    states: toText(JSON.stringify(record.states)),
    stuck: record.stuck,
    revision: double(record.revision),
    ...(wakeAt === null ? {} : { wakeAt: double(wakeAt) }),
    updatedAt: double(record.updatedAt),
    hint: hint ?? '',
    token,
    ...toChunks(record.body),
  };
}

// Moments are too large for the 32 bits that a plain number is taken for, and a Double holds what JavaScript does.
function double(value: number): { readonly type: 'Double'; readonly value: string } {
  return { type: 'Double', value: String(value) };
}

/** The id of the process that an entity belongs to; undefined when it cannot be told. */
function idOf(entity: Entity): string | undefined {
  const { partitionKey, id } = entity;
  if (typeof partitionKey !== 'string' || !partitionKey.startsWith(PROCESS)) return undefined;
  const key = partitionKey.slice(PROCESS.length);
  const said = typeof id === 'string' ? fromText(id) : undefined;
  return said !== undefined && isKeyOf(key, said) ? said : decodeProcessId(key);
}

/** The error of an entity that is not what it must be. */
function damaged(entity: Entity, table: string, property: string): XorcaError {
  const id = idOf(entity);
  return new XorcaError(
    'XORCA_CORRUPT_RECORD',
    `The entity of process ${JSON.stringify(id ?? entity['partitionKey'])} in table ${JSON.stringify(table)} is damaged: its property ${property} is missing or not what it must be. It was left as it is; restore it from a backup, or delete the process.`,
    id === undefined ? {} : { processId: id },
  );
}

/** The record of an entity, without its body; throws `XORCA_CORRUPT_RECORD`, naming process, table and property, when it is none. */
export function summaryOfEntity(entity: Entity, table: string): ProcessSummary {
  const id = idOf(entity);
  const bad = (property: string): never => {
    throw damaged(entity, table, property);
  };
  const text = (property: string) => {
    const value = entity[property];
    return typeof value === 'string' ? fromText(value) : bad(property);
  };
  const number = (property: string) => {
    const value = entity[property];
    return typeof value === 'number' && Number.isFinite(value) ? value : bad(property);
  };
  const { stuck, wakeAt } = entity;
  const status = text('status');
  return {
    id: id !== undefined && text('id') === id ? id : bad('id'),
    orchestrator: text('orchestrator'),
    version: text('version'),
    status: isStatus(status) ? status : bad('status'),
    states: readStates(text('states')) ?? bad('states'),
    stuck: typeof stuck === 'boolean' ? stuck : bad('stuck'),
    revision: number('revision'),
    // Where a property is asked for that an entity does not have, the service may say null.
    wakeAt: wakeAt === undefined || wakeAt === null ? null : number('wakeAt'),
    updatedAt: number('updatedAt'),
  };
}

/** The record of an entity and what lies beside it; `XORCA_CORRUPT_RECORD`. */
export function storedOfEntity(entity: Entity, table: string) {
  const summary = summaryOfEntity(entity, table);
  const { hint, etag } = entity;
  const read = readChunks(entity);
  if ('bad' in read) throw damaged(entity, table, read.bad);
  if (typeof hint !== 'string') throw damaged(entity, table, 'hint');
  if (typeof etag !== 'string') throw damaged(entity, table, 'odata.etag');
  return { record: { ...summary, body: read.body }, hint: hint || null, etag };
}

function readStates(text: string): readonly string[] | undefined {
  try {
    const states: unknown = JSON.parse(text);
    return Array.isArray(states) && states.every((state) => typeof state === 'string') ? states : undefined;
  } catch {
    return undefined;
  }
}

function isKeyOf(key: string, id: string): boolean {
  try {
    return encodeProcessId(id) === key;
  } catch {
    return false;
  }
}

function isStatus(text: string): text is ProcessStatus {
  return ['active', 'done', 'error', 'cancelled'].includes(text);
}
