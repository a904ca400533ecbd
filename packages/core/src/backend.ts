/**
 * What the authors of backends (stores, locks, publishers, handlers) share, so that all of them check, name and fail alike.
 * An entry of its own: whoever only uses xorca never meets these names.
 */
export { fullJitter } from './backoff.ts';
export { durationMs } from './duration.ts';
export type {
  EngineInput,
  MachineLayout,
  Observed,
  OpenOptions,
  PendingCommand,
  PreparedMachine,
  Session,
  TransitionLayout,
} from './engine/engine.ts';
export { conflict, messageOf } from './errors.ts';
export { type DecodeHttpOptions, decodeHttp, type HttpEvent } from './http/decode-http.ts';
export type { HttpBody, HttpHeaders, HttpMessage } from './http/http-message.ts';
export { inspectRecord, type RecordInspection } from './inspect-record.ts';
export { corruptJournal, isJournalEntry } from './journal/journal-entry.ts';
export { type RetentionLimits, retentionLimits } from './journal/retention.ts';
export { assertKnown, assertOptions, hint } from './options.ts';
export { assertProcessId, decodeProcessId, encodeProcessId } from './process-id.ts';
export { runnerOf } from './runner-of.ts';
export { type CheckedQuery, checkedQuery, matchesQuery, summaryOf } from './stores/list-query.ts';
export { assertLockOptions, lockLost, lockTimeout } from './stores/lock-errors.ts';
export type { KeyPage, ObjectStorage, PutCondition, StoredObject } from './stores/object-storage.ts';
export { type ObjectStoreOptions, objectStore } from './stores/object-store.ts';
export type { WakeHint } from './stores/wake-hint.ts';
export {
  type DueProcess,
  type HintedRecord,
  type HintedSave,
  type HintPlace,
  type WakeHints,
  type WakeHintsOptions,
  wakeHints,
} from './stores/wake-hints.ts';
export { systemTimers, type Timers } from './timers.ts';
export { type Moved, type ProcessState, processState, type Walker, walker } from './walk.ts';
