import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { type CloudEvent, describeEvent, eventKey, faultOfEvent, invalid } from '../cloud-event.ts';
import { XorcaError } from '../errors.ts';
import type { ProcessRecord } from '../ports.ts';

/** The body's format. A reader refuses a newer one and never overwrites it. */
const ANSWER_FORMAT = 1;

interface AnswerBody {
  readonly format: number;
  /** The command that was answered. */
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly answer: CloudEvent;
}

/** `orchestrator` of a fleet's records, by which they are told from processes in the same store. */
export function ownerOf(fleet: string): string {
  return `fleet:${fleet}`;
}

/**
 * Key of a command's answer: a fixed prefix and the SHA-256 of fleet, source and id, whole, since two commands with one key would get
 * one answer. The fleet is in it because two of them may take the same command and share a store.
 */
export function answerId(fleet: string, command: CloudEvent): string {
  return `fleet-answer-${bytesToHex(sha256(utf8ToBytes(`${fleet}\n${eventKey(command)}`)))}`;
}

/** The record that keeps an answer until `wakeAt`. */
export function answerRecord(
  fleet: string,
  command: CloudEvent,
  answer: CloudEvent,
  at: { readonly now: number; readonly wakeAt: number },
): ProcessRecord {
  const { source, id, type, subject } = command as CloudEvent & { readonly subject: string };
  const body: AnswerBody = { format: ANSWER_FORMAT, source, id, type, subject, answer };
  return {
    id: answerId(fleet, command),
    orchestrator: ownerOf(fleet),
    version: String(ANSWER_FORMAT),
    status: 'done',
    states: [],
    stuck: false,
    revision: 1,
    wakeAt: at.wakeAt,
    updatedAt: at.now,
    body: JSON.stringify(body),
  };
}

/**
 * The answer in a record. `XORCA_INVALID_EVENT` when it answers another command of the same source and id, `XORCA_NEWER_FORMAT` or
 * `XORCA_CORRUPT_RECORD` when it cannot be read.
 */
export function answerIn(record: ProcessRecord, fleet: string, command: CloudEvent): CloudEvent {
  const body = decode(record);
  const sound =
    record.orchestrator === ownerOf(fleet) &&
    body?.format === ANSWER_FORMAT &&
    body.source === command.source &&
    body.id === command.id &&
    typeof body.type === 'string' &&
    typeof body.subject === 'string' &&
    faultOfEvent(body.answer) === undefined;
  if (!sound) throw corrupt(record, command);
  if (body.type !== command.type || body.subject !== command.subject) {
    throw invalid(
      command,
      `id: was used before, by ${body.type} of process ${JSON.stringify(body.subject)}; source and id name one event`,
    );
  }
  return body.answer;
}

function decode(record: ProcessRecord): AnswerBody | undefined {
  let body: AnswerBody | undefined;
  try {
    body = JSON.parse(record.body) as AnswerBody;
  } catch {
    return undefined;
  }
  if (typeof body?.format === 'number' && body.format > ANSWER_FORMAT) {
    throw new XorcaError(
      'XORCA_NEWER_FORMAT',
      `The stored answer ${record.id} has format ${body.format}; this version of xorca reads formats up to ${ANSWER_FORMAT}. Update xorca here; nothing was changed.`,
      { processId: record.id },
    );
  }
  return body;
}

function corrupt(record: ProcessRecord, command: CloudEvent): XorcaError {
  return new XorcaError(
    'XORCA_CORRUPT_RECORD',
    `The stored answer to ${describeEvent(command)} cannot be read (${record.id}). It was left as it is: restore it from a backup, or delete it.`,
    { processId: record.id },
  );
}
