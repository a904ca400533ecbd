import type { AdvanceSettings } from '../advance.ts';
import type { EngineState, MachineView } from '../engine/engine.ts';
import { stateKeysOf } from '../engine/state-key.ts';
import type { ProcessRecord, ProcessStatus } from '../ports.ts';
import { encodeBody, RECORD_FORMAT, type RecordBody } from '../record.ts';
import { heldUntil, wakeAtOf } from '../wake-at.ts';

/** Whether somebody should look at a process. */
export function isStuck(
  status: ProcessStatus,
  { problem, outbox }: Pick<RecordBody, 'problem' | 'outbox'>,
): boolean {
  return status === 'error' || problem !== undefined || outbox.some(({ refused }) => refused);
}

/** All that a record is made of. */
export interface NextRecord
  extends Pick<RecordBody, 'counter' | 'seen' | 'outbox'>,
    Required<Pick<RecordBody, 'sources'>>,
    Required<{
      [Part in 'problem' | 'buffered' | 'origin' | 'failure' | 'deadlineAt' | 'trace']:
        | RecordBody[Part]
        | undefined;
    }> {
  readonly id: string;
  /** The record before, and its body. */
  readonly record: ProcessRecord | undefined;
  readonly before: RecordBody | undefined;
  readonly version: string;
  readonly status: ProcessStatus;
  readonly now: number;
  readonly state: EngineState;
  readonly view: MachineView | undefined;
  readonly machine: { readonly id: string; readonly hash: string };
  /** True: promises were cut off and must run again. */
  readonly resumes: boolean;
  /** True: it is about to be deleted. */
  readonly doomed: boolean;
}

// Whoever wins the save deletes the record. If he does not come to it, another may try after this time.
const DELETE_AGAIN_MS = 600_000;

/** The record to save, and its body. */
export function nextRecord(
  { orchestrator, resendAfterMs, forgets }: AdvanceSettings,
  next: NextRecord,
): { readonly record: ProcessRecord; readonly body: RecordBody } {
  const { id, record, before, version, status, now, state, view } = next;
  const { problem, buffered, origin, failure, deadlineAt, trace } = next;
  const over = status === 'cancelled' || status === 'done';
  // Nothing is spread here, nor in what leads here: each spread of a part that most records lack costs every step.
  const body: { -readonly [Part in keyof RecordBody]: RecordBody[Part] } = {
    format: RECORD_FORMAT,
    engine: orchestrator.engine.name,
    machine: next.machine.id,
    hash: next.machine.hash,
    counter: next.counter,
    seen: next.seen,
    outbox: next.outbox,
    timers: over ? [] : state.timers,
    commands: over ? [] : state.commands,
    sequence: state.sequence,
    sources: next.sources,
    snapshot: state.snapshot,
  };
  if (problem) body.problem = problem;
  if (buffered && buffered.length > 0) body.buffered = buffered;
  if (origin) body.origin = origin;
  if (failure) body.failure = failure;
  if (deadlineAt !== undefined) body.deadlineAt = deadlineAt;
  if (next.resumes) Object.assign(body, resumption(next, resendAfterMs));
  if (status !== 'active') Object.assign(body, expiry(next, before, orchestrator.retentionMs(status)));
  if (trace) body.trace = trace;
  const saved: ProcessRecord = {
    id,
    orchestrator: orchestrator.name,
    version,
    status,
    states: stateKeysOf((view ?? (state.snapshot as Partial<MachineView> | null))?.value),
    stuck: isStuck(status, body),
    // Goes on from no life before: a process begun anew after its deletion must not repeat revisions that a journal knows.
    revision: (record?.revision ?? (forgets ? now : 0)) + 1,
    wakeAt: wakeAtOf(body, status, resendAfterMs),
    updatedAt: now,
    body: encodeBody(body),
  };
  return { record: saved, body };
}

// As long as an unconfirmed effect: whoever runs the promises now has ended by then.
function resumption({ now, problem }: NextRecord, resendAfterMs: number): { readonly resumeAt?: number } {
  // One that failed is held back by its problem, like whatever else fails when its time comes.
  if (heldUntil(problem) > now) return { resumeAt: now };
  return Number.isFinite(resendAfterMs) ? { resumeAt: now + resendAfterMs } : {};
}

function expiry(
  { status, now, doomed, record }: NextRecord,
  before: RecordBody | undefined,
  retentionMs: number | undefined,
): Pick<RecordBody, 'expiresAt' | 'doomed'> {
  if (doomed) return { expiresAt: now + DELETE_AGAIN_MS, doomed };
  if (record?.status === status && before?.expiresAt !== undefined) return { expiresAt: before.expiresAt };
  return retentionMs === undefined ? {} : { expiresAt: now + retentionMs };
}
