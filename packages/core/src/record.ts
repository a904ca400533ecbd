import type { CloudEvent } from './cloud-event.ts';
import { isWindow } from './dedupe-window.ts';
import type { EngineState } from './engine/engine.ts';
import { XorcaError, type XorcaErrorCode } from './errors.ts';
import type { ProcessRecord } from './ports.ts';
import { damagedPart } from './record-shape.ts';

/** The body's format. A reader refuses a newer one and never overwrites it. 2 brought commands; 1 reads as having none. */
export const RECORD_FORMAT = 2;

/** An effect that is decided but not yet known to be published. */
export interface OutboxEntry {
  readonly event: CloudEvent;
  /** Hash of the input that caused it; empty for a timer. */
  readonly cause: string;
  /** Epoch ms of the decision, or of the last time it was sent again. */
  readonly at: number;
  /** True: the bus refused it for good. It is kept for a redrive, and nothing else sends it again. */
  readonly refused?: true;
}

/** What keeps a process from going on as it should, for people. */
export interface Problem {
  /** `step`: the machine or a mapping threw. `effect`: the bus refused an event for good. */
  readonly kind: 'step' | 'effect';
  /** The input that failed, or the event that was refused; absent for a timer. */
  readonly event?: CloudEvent;
  readonly code: string;
  readonly message: string;
  /** Epoch ms of the first and the last time. */
  readonly firstAt: number;
  readonly lastAt: number;
  readonly times: number;
}

/** An event that came before any state took it. */
export interface BufferedEvent {
  readonly event: CloudEvent;
  readonly hash: string;
  /** Epoch ms until which it is kept. */
  readonly until: number;
  /** A state took it and failed: when last, and how often. It is kept until it goes through. */
  readonly failed?: { readonly at: number; readonly times: number };
}

/** Who waits for the answer of a process that a command started. */
export interface Origin {
  /** Id of the command's event: of its latest attempt. */
  readonly command: string;
  /** Id of its first attempt, which names the command. */
  readonly root: string;
  /** Id of the event that called it off. */
  readonly off?: string;
  /** `source` of that event. */
  readonly source: string;
  /** The process, or whoever else, that sent it: `subject` of the answer. */
  readonly subject: string;
}

/** Why a process ended without being done. */
export interface ProcessFailure {
  /** `XORCA_COMMAND`, `XORCA_DEADLINE_PASSED` or `XORCA_CANCELLED`. */
  readonly code: XorcaErrorCode;
  readonly message: string;
  /** The data of the command's error. */
  readonly data?: unknown;
  /** Epoch ms. */
  readonly at: number;
}

/** W3C trace context, as CloudEvents carry it. */
export interface Trace {
  readonly traceparent?: string;
  readonly tracestate?: string;
}

/** A record's body, decoded. */
export interface RecordBody {
  readonly format: number;
  /** Engine name and major version, e.g. `xstate@5`. */
  readonly engine: string;
  /** The machine's own id and the hash of its structure. */
  readonly machine: string;
  readonly hash: string;
  /** Last number used in an effect's id. */
  readonly counter: number;
  /** The dedupe window: see dedupe-window.ts. */
  readonly seen: string;
  readonly outbox: readonly OutboxEntry[];
  readonly timers: EngineState['timers'];
  readonly commands: EngineState['commands'];
  readonly sequence: number;
  /** Each `source` it has sent under, the present one last: answers to what it sent before a change still find it. */
  readonly sources?: readonly string[];
  readonly problem?: Problem;
  readonly buffered?: readonly BufferedEvent[];
  readonly origin?: Origin;
  readonly failure?: ProcessFailure;
  /** Epoch ms by which the whole process must have ended. */
  readonly deadlineAt?: number;
  /** Epoch ms at which promises that were cut off run again. */
  readonly resumeAt?: number;
  /** Epoch ms at which a process that ended is deleted. */
  readonly expiresAt?: number;
  /** True: somebody is deleting it. Whatever was saved on it now would be lost. */
  readonly doomed?: boolean;
  /** The trace its start belonged to, for what time brings about. */
  readonly trace?: Trace;
  readonly snapshot: unknown;
}

/** The text of a body. */
export function encodeBody(body: RecordBody): string {
  const { seen, ...rest } = body;
  // JSON.stringify would look at each character of the window, which holds none to escape (`decodeBody` sees to that): a tenth of a
  // step's time. But a text put together is copied when it is read: where many commands make it long, that costs more than the window.
  if (body.commands.length > 100) return JSON.stringify(body);
  return `{"seen":"${seen}",${JSON.stringify(rest).slice(1)}`;
}

/**
 * Reads a body. `XORCA_CORRUPT_RECORD` or `XORCA_NEWER_FORMAT`, naming process and format, when it cannot be read: the
 * record is then left as it is.
 */
export function decodeBody(record: ProcessRecord): RecordBody {
  let body: RecordBody;
  try {
    body = JSON.parse(record.body) as RecordBody;
  } catch (cause) {
    throw corrupt(record, 'is no JSON', cause);
  }
  const format: unknown = body?.format;
  if (typeof format === 'number' && format > RECORD_FORMAT) {
    throw new XorcaError(
      'XORCA_NEWER_FORMAT',
      `The record of process ${JSON.stringify(record.id)} has format ${format}; this version of xorca reads formats up to ${RECORD_FORMAT}. Update xorca here; nothing was changed.`,
      { processId: record.id },
    );
  }
  if (format !== RECORD_FORMAT && format !== 1) {
    throw corrupt(record, `has format ${JSON.stringify(format)}, which there never was`);
  }
  const part = damagedPart(body as RecordBody & Readonly<Record<string, unknown>>, format);
  if (part) throw corrupt(record, `has no ${part}, or one that is damaged`);
  // What stands in the text as it is has nothing to escape; only another window is gone through, which takes a tenth of a step.
  if (!isVerbatim(body.seen, record.body) && !isWindow(body.seen)) {
    throw corrupt(record, 'has a window of inputs that is damaged');
  }
  return format === 1 ? { ...body, format: RECORD_FORMAT, commands: [] } : body;
}

const BEFORE_WINDOW = '{"seen":"';

/**
 * Whether a window stands in its text without anything escaped. Told from two characters: an escape is longer than what it stands for, so
 * that with one the place after so many characters is within the window, where a quote has a backslash before it.
 */
function isVerbatim({ length }: string, text: string): boolean {
  const end = BEFORE_WINDOW.length + length;
  return text.startsWith(BEFORE_WINDOW) && text[end] === '"' && text[end - 1] !== '\\';
}

function corrupt(record: ProcessRecord, what: string, cause?: unknown): XorcaError {
  return new XorcaError(
    'XORCA_CORRUPT_RECORD',
    `The record of process ${JSON.stringify(record.id)} ${what}. It was left as it is: restore it from a backup, or delete it.`,
    {
      processId: record.id,
      cause,
    },
  );
}
