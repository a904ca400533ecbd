import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type ProcessRecord, type ProcessStatus, type ProcessSummary, XorcaError } from '@xorca/core';
import { decodeProcessId, encodeProcessId } from '@xorca/core/backend';
import { fromText, toText } from './dynamodb-text.ts';

/** An item as it goes over the wire. */
export type Item = Record<string, AttributeValue>;

/** What the keys of processes begin with; those of locks begin otherwise. */
export const PROCESS = 'process#';

/** The attributes of a process's item that a list shows. */
export const SUMMARY = [
  'pk',
  'id',
  'orchestrator',
  'version',
  'status',
  'states',
  'stuck',
  'revision',
  'wakeAt',
  'updatedAt',
] as const;

/** The key of a process's item; `XORCA_INVALID_ID`. */
export function processKey(id: string): { readonly pk: { readonly S: string } } {
  return { pk: { S: PROCESS + encodeProcessId(id) } };
}

/** What an item holds beside the record. */
export interface ItemExtras {
  /** What the next save must name. */
  readonly token: string;
  readonly wakeShard: string;
  /** Epoch seconds, or undefined: it stays. */
  readonly expiresAt: number | undefined;
}

/** A record as an item. */
export function toItem(record: ProcessRecord, { token, wakeShard, expiresAt }: ItemExtras): Item {
  return {
    ...processKey(record.id),
    id: { S: record.id },
    token: { S: token },
    orchestrator: { S: toText(record.orchestrator) },
    version: { S: toText(record.version) },
    status: { S: record.status },
    states: { L: record.states.map((state) => ({ S: toText(state) })) },
    stuck: { BOOL: record.stuck },
    revision: { N: String(record.revision) },
    // Without these two an item is not in the index.
    ...(record.wakeAt === null ? {} : { wakeShard: { S: wakeShard }, wakeAt: { N: String(record.wakeAt) } }),
    updatedAt: { N: String(record.updatedAt) },
    ...(expiresAt === undefined ? {} : { expiresAt: { N: String(expiresAt) } }),
    body: { S: toText(record.body) },
  };
}

/** The revision that an item has, or undefined for none. */
export function tokenOf(item: Item | undefined): string | undefined {
  return item?.['token']?.S;
}

/** The id of the process that an item, or its part in the index, belongs to; undefined when it cannot be told. */
export function idOf(item: Item): string | undefined {
  const pk = item['pk']?.S;
  if (!pk?.startsWith(PROCESS)) return undefined;
  const id = item['id']?.S;
  const key = pk.slice(PROCESS.length);
  return id !== undefined && isKeyOf(key, id) ? id : decodeProcessId(key);
}

/** The record of an item, without its body; throws `XORCA_CORRUPT_RECORD`, naming process, table and attribute, when it is none. */
export function summaryOfItem(item: Item, table: string): ProcessSummary {
  const id = idOf(item);
  const bad = (attribute: string): never => {
    const which = id === undefined ? item['pk']?.S : id;
    throw new XorcaError(
      'XORCA_CORRUPT_RECORD',
      `The item of process ${JSON.stringify(which)} in table ${JSON.stringify(table)} is damaged: its attribute ${attribute} is missing or not what it must be. It was left as it is; restore it from a backup, or delete the process.`,
      id === undefined ? {} : { processId: id },
    );
  };
  const text = (attribute: string) => item[attribute]?.S ?? bad(attribute);
  const number = (attribute: string) => {
    const value = Number(item[attribute]?.N ?? bad(attribute));
    return Number.isFinite(value) ? value : bad(attribute);
  };
  const status = text('status');
  return {
    id: id !== undefined && text('id') === id ? id : bad('id'),
    orchestrator: fromText(text('orchestrator')),
    version: fromText(text('version')),
    status: isStatus(status) ? status : bad('status'),
    states: (item['states']?.L ?? bad('states')).map(({ S }) => fromText(S ?? bad('states'))),
    stuck: item['stuck']?.BOOL ?? bad('stuck'),
    revision: number('revision'),
    wakeAt: item['wakeAt'] === undefined ? null : number('wakeAt'),
    updatedAt: number('updatedAt'),
  };
}

/** The record of an item and its revision; `XORCA_CORRUPT_RECORD`. */
export function storedOfItem(item: Item, table: string) {
  const summary = summaryOfItem(item, table);
  const body = item['body']?.S;
  const revision = tokenOf(item);
  if (body === undefined || revision === undefined) {
    const attribute = body === undefined ? 'body' : 'token';
    throw new XorcaError(
      'XORCA_CORRUPT_RECORD',
      `The item of process ${JSON.stringify(summary.id)} in table ${JSON.stringify(table)} is damaged: its attribute ${attribute} is missing or no text. It was left as it is; restore it from a backup, or delete the process.`,
      { processId: summary.id },
    );
  }
  return { record: { ...summary, body: fromText(body) }, revision };
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
