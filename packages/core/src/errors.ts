import type { ProcessStore, StoredProcess } from './ports.ts';

/** Every error xorca throws or reports has one of these codes; `docs/errors/<code>.md` says what to do. */
export type XorcaErrorCode =
  | 'XORCA_BUFFER_EXPIRED'
  | 'XORCA_CANCELLED'
  | 'XORCA_CODEC'
  | 'XORCA_COMMAND'
  | 'XORCA_CONFIG'
  | 'XORCA_CONFLICT'
  | 'XORCA_CONTRACT'
  | 'XORCA_CORRUPT_RECORD'
  | 'XORCA_DEADLINE'
  | 'XORCA_DEADLINE_PASSED'
  | 'XORCA_ENDED'
  | 'XORCA_EVENT_TOO_LARGE'
  | 'XORCA_HANDLER'
  | 'XORCA_INVALID_EVENT'
  | 'XORCA_INVALID_ID'
  | 'XORCA_LOCK_LOST'
  | 'XORCA_LOCK_TIMEOUT'
  | 'XORCA_MACHINE'
  | 'XORCA_MACHINE_CHANGED'
  | 'XORCA_MIGRATION'
  | 'XORCA_NEWER_FORMAT'
  | 'XORCA_ORDER'
  | 'XORCA_PUBLISH'
  | 'XORCA_STATE_TOO_LARGE'
  | 'XORCA_UNAVAILABLE'
  | 'XORCA_UNKNOWN_PROCESS'
  | 'XORCA_UNKNOWN_VERSION'
  | 'XORCA_WAIT_TIMEOUT';

/** What an error can say beside its message. */
export interface XorcaErrorDetails {
  /** The process it happened to. */
  readonly processId?: string;
  /** True: the same call may go through later. Default false. */
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/** The one error class: `code` for programs; the message says what happened, to which process and what to do. */
export class XorcaError extends Error {
  override readonly name: string = 'XorcaError';
  readonly code: XorcaErrorCode;
  readonly processId: string | undefined;
  readonly retryable: boolean;

  constructor(code: XorcaErrorCode, message: string, details: XorcaErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.code = code;
    this.processId = details.processId;
    this.retryable = details.retryable ?? false;
  }
}

/** One event that a publisher could not send. */
export interface FailedPublish {
  /** The event's id. */
  readonly id: string;
  readonly reason: string;
  /** False: the bus will never take it (too large, forbidden type). It becomes a problem of its process. */
  readonly retryable: boolean;
}

/** `XORCA_PUBLISH`: thrown by publishers. `failed` names exactly the events that were not sent. */
export class PublishError extends XorcaError {
  override readonly name = 'PublishError';
  readonly failed: readonly FailedPublish[];

  constructor(failed: readonly FailedPublish[], details: XorcaErrorDetails = {}) {
    const first = failed[0];
    super(
      'XORCA_PUBLISH',
      `${failed.length} event(s) were not published${first ? `, first ${first.id}: ${first.reason}` : ''}. They stay in the outbox of their process and are sent again by its next wake.`,
      { retryable: true, ...details },
    );
    this.failed = failed;
  }
}

/**
 * Whether `error` is an error of xorca, and has the code when one is named.
 * Tests the code, never the class: two copies of a package may meet in one program.
 */
export function isXorcaError(error: unknown, code?: XorcaErrorCode): error is XorcaError {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false;
  const actual = error.code;
  return typeof actual === 'string' && (code === undefined ? actual.startsWith('XORCA_') : actual === code);
}

/** The record that a refused save met, as far as the store saw it, and the store that says so. */
export interface Met {
  readonly store: ProcessStore;
  readonly stored: StoredProcess;
}

// Beside the errors, not in them: whoever logs an error must not log a process's state.
const MET = new WeakMap<XorcaError, Met>();

/**
 * The record that a save of this store met instead of the one it expected; spares a load. Only for the very store that threw: one that is
 * wrapped around it may keep other bodies.
 */
export function metBy(store: ProcessStore, error: XorcaError): StoredProcess | undefined {
  const met = MET.get(error);
  return met?.store === store ? met.stored : undefined;
}

/** The conflict every store throws, with the same words. `met`: where the refusal itself showed what is stored. */
export function conflict(processId: string, expected: string | number | undefined, met?: Met): XorcaError {
  const error = new XorcaError(
    'XORCA_CONFLICT',
    expected === undefined
      ? `Process ${JSON.stringify(processId)} exists already, so it was not created again. Load it and try again.`
      : `Process ${JSON.stringify(processId)} is no longer at revision ${expected}: somebody else saved or deleted it. Load it and try again.`,
    { processId, retryable: true },
  );
  if (met) MET.set(error, met);
  return error;
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
