import type { CloudEvent } from './cloud-event.ts';
import type { EngineState } from './engine/engine.ts';
import { XorcaError } from './errors.ts';
import type { ProcessRecord } from './ports.ts';

/** The body's format. A reader refuses a newer one and never overwrites it. */
export const RECORD_FORMAT = 1;

/** An effect that is decided but not yet known to be published. */
export interface OutboxEntry {
  readonly event: CloudEvent;
  /** Hash of the input that caused it; empty for a timer. */
  readonly cause: string;
  /** Epoch ms of the decision, or of the last time it was sent again. */
  readonly at: number;
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
  readonly sequence: number;
  readonly problem?: Problem;
  readonly snapshot: unknown;
}

/** The text of a body. */
export function encodeBody(body: RecordBody): string {
  const { seen, ...rest } = body;
  // JSON.stringify would look at each character of the window, which holds none to escape: a tenth of a step's time.
  if (seen.includes('"') || seen.includes('\\')) return JSON.stringify(body);
  return `{"seen":"${seen}",${JSON.stringify(rest).slice(1)}`;
}

/**
 * Reads a body. `XORCA_CORRUPT_RECORD` or `XORCA_NEWER_FORMAT`, naming process and format, when it cannot be read: the
 * record is then left as it is.
 */
export function decodeBody(record: ProcessRecord): RecordBody {
  const where = `The record of process ${JSON.stringify(record.id)}`;
  let body: RecordBody;
  try {
    body = JSON.parse(record.body) as RecordBody;
  } catch (cause) {
    throw corrupt(record, `${where} is no JSON`, cause);
  }
  const format: unknown = body?.format;
  if (typeof format === 'number' && format > RECORD_FORMAT) {
    throw new XorcaError(
      'XORCA_NEWER_FORMAT',
      `${where} has format ${format}; this version of xorca reads formats up to ${RECORD_FORMAT}. Update xorca here; nothing was changed.`,
      { processId: record.id },
    );
  }
  const sound =
    format === RECORD_FORMAT &&
    typeof body.seen === 'string' &&
    typeof body.counter === 'number' &&
    typeof body.sequence === 'number' &&
    Array.isArray(body.outbox) &&
    Array.isArray(body.timers) &&
    'snapshot' in body;
  if (!sound) throw corrupt(record, `${where} says format ${String(format)} but has not its parts`);
  return body;
}

/** When a process next needs attention: its first timer, or its oldest effect that nobody confirmed. */
export function wakeAtOf(
  body: Pick<RecordBody, 'outbox' | 'timers' | 'problem'>,
  resendAfterMs: number,
): number | null {
  let at = Number.POSITIVE_INFINITY;
  for (const timer of body.timers) at = Math.min(at, timer.at);
  // A timer whose step fails must not be tried without pause, nor may it hide others that are due.
  if (body.timers.length > 0) at = Math.max(at, timersHeldUntil(body.problem));
  for (const entry of body.outbox) at = Math.min(at, entry.at + resendAfterMs);
  return at === Number.POSITIVE_INFINITY ? null : at;
}

/** A timer whose step failed is tried again after 1 s, then after twice as long each time, up to an hour. */
export function timersHeldUntil(problem: Problem | undefined): number {
  if (problem?.kind !== 'step' || problem.event) return 0;
  return problem.lastAt + Math.min(3_600_000, 1_000 * 2 ** Math.min(problem.times - 1, 12));
}

function corrupt(record: ProcessRecord, what: string, cause?: unknown): XorcaError {
  return new XorcaError(
    'XORCA_CORRUPT_RECORD',
    `${what}. It was left as it is: restore it from a backup, or delete it.`,
    {
      processId: record.id,
      cause,
    },
  );
}
