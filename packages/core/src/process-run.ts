import type { AdvanceSettings, Delivery, Plan } from './advance.ts';
import type { CloudEvent } from './cloud-event.ts';
import { hasSeen, withSeen } from './dedupe-window.ts';
import type { EngineInput } from './engine/engine.ts';
import { XorcaError } from './errors.ts';
import { machineEvent } from './machine-event.ts';
import type { Outcome } from './outcome.ts';
import type { ProcessRecord } from './ports.ts';
import { isAbout, problemOf, stepError } from './problem.ts';
import { openDraft, type ProcessDraft } from './process-draft.ts';
import {
  decodeBody,
  encodeBody,
  type OutboxEntry,
  RECORD_FORMAT,
  type RecordBody,
  timersHeldUntil,
  wakeAtOf,
} from './record.ts';

/** One record on its way from what is stored to what shall be stored. */
export interface ProcessRun {
  /** Fires what is due. First of all things: what was due before an event came has happened before it. */
  fireTimers(): void;
  take(delivery: Delivery): Outcome;
  /** Marks the unconfirmed events whose time has come to be sent again. */
  resendOld(): void;
  finish(): Omit<Plan, 'outcomes'>;
}

// A machine that arms a timer of no delay again and again goes on with the next wake instead of holding this invocation.
const MAX_TIMERS_PER_RUN = 100;

/** Takes up a record. `confirmed` are ids of effects known to be published, which the record does not know yet. */
export function processRun(
  settings: AdvanceSettings,
  id: string,
  record: ProcessRecord | undefined,
  now: number,
  confirmed: ReadonlySet<string>,
): ProcessRun {
  const { orchestrator } = settings;
  const before = record && decodeBody(record);
  // The first parse serves the first opening; whoever opens again gets one of his own.
  let unused = before;
  const state = (): RecordBody => {
    const first = unused;
    unused = undefined;
    return first ?? decodeBody(record as ProcessRecord);
  };
  const decided: OutboxEntry[] = [];
  const resend = new Set<OutboxEntry>();
  let version = record?.version ?? '';
  let seen = before?.seen ?? '';
  let problem = before?.problem;
  let draft: ProcessDraft | undefined;
  let broken: XorcaError | undefined;
  let changed = false;

  const machine = () => orchestrator.machine(version, id);
  const isActive = () => (draft ? draft.view().status === 'active' : record?.status === 'active');

  function open(input?: unknown) {
    return openDraft({
      orchestrator,
      machine: machine(),
      id,
      counter: before?.counter ?? 0,
      ...(before ? { state } : {}),
      input,
      now,
      maxEffectBytes: settings.maxEffectBytes,
    });
  }

  function opened(): ProcessDraft {
    draft ??= open().draft;
    return draft;
  }

  function decide(events: readonly CloudEvent[], cause: string): readonly CloudEvent[] {
    for (const event of events) decided.push({ event, cause, at: now });
    return events;
  }

  function apply(input: EngineInput, cause: string): readonly CloudEvent[] | undefined {
    const { handled, events } = opened().apply(input);
    return handled ? decide(events, cause) : undefined;
  }

  function start({ event, hash, starts }: Delivery): readonly CloudEvent[] {
    version = starts?.version ?? orchestrator.versions.at(-1) ?? '';
    const begun = open(event.data);
    draft = begun.draft;
    return decide(begun.started, hash);
  }

  function attempt({ event, hash }: Delivery, step: () => readonly CloudEvent[] | undefined): Outcome {
    try {
      const effects = step();
      if (!effects) return unhandled(event, `no state takes ${event.type} now`);
      seen = withSeen(seen, hash, now, settings.dedupe);
      changed = true;
      if (problem && isAbout(problem, event)) problem = undefined;
      fireTimers();
      return { status: 'applied', event, effects };
    } catch (thrown) {
      broken = stepError(thrown, id, event);
      // A process that could not even start has no record to keep the problem in.
      if (record || draft) {
        problem = problemOf(problem, { kind: 'step', event, error: broken, at: now });
        changed = true;
      }
      return { status: 'failed', event, error: broken, effects: [] };
    }
  }

  function fireTimers(): void {
    if (!isActive() || broken || timersHeldUntil(problem) > now) return;
    if (!draft && !before?.timers.some((timer) => timer.at <= now)) return;
    for (let fired = 0; fired < MAX_TIMERS_PER_RUN; fired++) {
      try {
        const timer = isActive() ? opened().due(now)[0] : undefined;
        if (!timer) return;
        apply({ kind: 'timer', timer }, '');
        // Also a timer without a target any more is gone from the record now.
        changed = true;
        if (problem && isAbout(problem, undefined)) problem = undefined;
      } catch (thrown) {
        problem = problemOf(problem, { kind: 'step', error: stepError(thrown, id, undefined), at: now });
        changed = true;
        return;
      }
    }
  }

  function duplicate(event: CloudEvent, hash: string): Outcome {
    const entries = (before?.outbox ?? []).filter(
      (entry) => entry.cause === hash && !confirmed.has(entry.event.id),
    );
    for (const entry of entries) resend.add(entry);
    return { status: 'duplicate', event, effects: entries.map((entry) => entry.event) };
  }

  function take(delivery: Delivery): Outcome {
    const { event, hash } = delivery;
    const starts = delivery.starts !== undefined || event.type === orchestrator.startType;
    if (broken) return { status: 'failed', event, error: outOfOrder(id, broken), effects: [] };
    if (hasSeen(seen, hash)) return duplicate(event, hash);
    if (!record && !draft) {
      if (starts) return attempt(delivery, () => start(delivery));
      return { status: 'unknown-process', event, reason: `no process ${JSON.stringify(id)}`, effects: [] };
    }
    if (!isActive()) return unhandled(event, `the process has ended (${record?.status ?? 'done'})`);
    const transform = orchestrator.transform(event.type);
    if (!transform && !machine().accepts(event.type)) {
      return unhandled(event, starts ? 'the process was started before' : `no state takes ${event.type}`);
    }
    return attempt(delivery, () => apply({ kind: 'event', event: machineEvent(event, transform) }, hash));
  }

  function resendOld(): void {
    for (const entry of before?.outbox ?? []) {
      if (confirmed.has(entry.event.id)) changed = true;
      else if (entry.at + settings.resendAfterMs <= now) resend.add(entry);
    }
  }

  function finish(): Omit<Plan, 'outcomes'> {
    const plan = {
      effects: decided.map((entry) => entry.event),
      resend: [...resend].map((entry) => entry.event),
    };
    if (!changed) return plan;
    // A record whose only change is a problem keeps its state to the letter.
    const next = draft ? draft.save() : state();
    const view = draft?.view();
    const kept = (before?.outbox ?? []).filter((entry) => !confirmed.has(entry.event.id));
    const body: RecordBody = {
      format: RECORD_FORMAT,
      engine: orchestrator.engine.name,
      machine: before?.machine ?? machine().id,
      hash: before?.hash ?? machine().hash,
      counter: draft?.counter() ?? before?.counter ?? 0,
      seen,
      outbox: settings.carried ? kept : [...kept, ...decided].slice(-settings.maxOutbox),
      timers: next.timers,
      sequence: next.sequence,
      ...(problem ? { problem } : {}),
      snapshot: next.snapshot,
    };
    const saved: ProcessRecord = {
      id,
      orchestrator: orchestrator.name,
      version,
      status: view?.status ?? record?.status ?? 'active',
      revision: (record?.revision ?? 0) + 1,
      wakeAt: wakeAtOf(body, settings.resendAfterMs),
      updatedAt: now,
      body: encodeBody(body),
    };
    return { ...plan, record: saved, body, ...(view ? { view } : {}) };
  }

  return { fireTimers, take, resendOld, finish };
}

function unhandled(event: CloudEvent, reason: string): Outcome {
  return { status: 'unhandled', event, reason, effects: [] };
}

function outOfOrder(processId: string, broken: XorcaError): XorcaError {
  return new XorcaError(
    'XORCA_ORDER',
    `Not tried, to keep the order of process ${JSON.stringify(processId)}: an event before it failed (${broken.code}). Deliver it again after that one.`,
    { processId, retryable: true, cause: broken },
  );
}
