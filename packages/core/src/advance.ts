import type { CloudEvent } from './cloud-event.ts';
import { type DedupeBounds, hasSeen, withSeen } from './dedupe-window.ts';
import type { EngineInput, MachineEvent, MachineView } from './engine/engine.ts';
import { XorcaError } from './errors.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { Outcome } from './outcome.ts';
import type { ProcessRecord } from './ports.ts';
import { isAbout, problemOf, stepError } from './problem.ts';
import { openDraft, type ProcessDraft } from './process-draft.ts';
import {
  decodeBody,
  encodeBody,
  type OutboxEntry,
  type Problem,
  RECORD_FORMAT,
  type RecordBody,
  timersHeldUntil,
  wakeAtOf,
} from './record.ts';

/** One event for one process, decoded and valid. */
export interface Delivery {
  readonly event: CloudEvent;
  /** See `inputHash`. */
  readonly hash: string;
  /** Starts the process whatever its type is, on this version if one is named. */
  readonly starts?: { readonly version?: string };
}

export interface AdvanceSettings {
  readonly orchestrator: Orchestrator;
  readonly dedupe: DedupeBounds;
  readonly resendAfterMs: number;
  /** Most effects the outbox keeps; older ones are dropped. Infinite wherever a publisher confirms them. */
  readonly maxOutbox: number;
  readonly maxEffectBytes: number | undefined;
  /** True: the store takes the effects in the save's own transaction, so the record keeps none. */
  readonly carried: boolean;
}

/** What an invocation wants to do with a process. Nothing of it has happened yet. */
export interface Plan {
  readonly outcomes: readonly Outcome[];
  /** The record to save; undefined: nothing changed. */
  readonly record?: ProcessRecord;
  readonly body?: RecordBody;
  /** New events, to publish once the record is saved. */
  readonly effects: readonly CloudEvent[];
  /** Events decided earlier that nobody confirmed. */
  readonly resend: readonly CloudEvent[];
  readonly view?: MachineView;
  /** The process is another orchestrator's. */
  readonly foreign?: boolean;
}

const NONE: ReadonlySet<string> = new Set();

// A machine that arms a timer of no delay again and again goes on with the next wake instead of holding this invocation.
const MAX_TIMERS_PER_RUN = 100;

/**
 * Moves a process by the deliveries, in order: one record in, one record out. Pure: the same record, deliveries and time give
 * the same plan, so a lost race is answered by doing it again on the fresh record.
 */
export function advance(
  settings: AdvanceSettings,
  id: string,
  record: ProcessRecord | undefined,
  deliveries: readonly Delivery[],
  now: number,
  confirmed: ReadonlySet<string> = NONE,
): Plan {
  const { orchestrator } = settings;
  if (record && record.orchestrator !== orchestrator.name) {
    const reason = `process ${JSON.stringify(id)} belongs to orchestrator ${record.orchestrator}`;
    const outcomes = deliveries.map(
      ({ event }): Outcome => ({ status: 'foreign', event, reason, effects: [] }),
    );
    return { outcomes, effects: [], resend: [], foreign: true };
  }
  const run = new Run(settings, id, record, now, confirmed);
  run.fireTimers();
  const outcomes = deliveries.map((delivery) => run.take(delivery));
  if (deliveries.length === 0) run.resendOld();
  return { ...run.finish(), outcomes };
}

/** The changing parts of one `advance`. */
class Run {
  readonly settings: AdvanceSettings;
  readonly id: string;
  readonly record: ProcessRecord | undefined;
  readonly before: RecordBody | undefined;
  readonly now: number;
  /** Ids of effects known to be published, which the record does not know yet. */
  readonly confirmed: ReadonlySet<string>;
  draft: ProcessDraft | undefined;
  version: string;
  seen: string;
  problem: Problem | undefined;
  broken: XorcaError | undefined;
  changed = false;
  readonly decided: OutboxEntry[] = [];
  readonly resend = new Set<OutboxEntry>();

  constructor(
    settings: AdvanceSettings,
    id: string,
    record: ProcessRecord | undefined,
    now: number,
    confirmed: ReadonlySet<string>,
  ) {
    this.confirmed = confirmed;
    this.settings = settings;
    this.id = id;
    this.record = record;
    this.before = record && decodeBody(record);
    this.now = now;
    this.version = record?.version ?? '';
    this.seen = this.before?.seen ?? '';
    this.problem = this.before?.problem;
  }

  get active(): boolean {
    return this.draft ? this.draft.view().status === 'active' : this.record?.status === 'active';
  }

  take(delivery: Delivery): Outcome {
    const { event, hash } = delivery;
    if (this.broken) return { status: 'failed', event, error: outOfOrder(this.id, this.broken), effects: [] };
    if (hasSeen(this.seen, hash)) {
      const entries = (this.before?.outbox ?? []).filter(
        (entry) => entry.cause === hash && !this.confirmed.has(entry.event.id),
      );
      for (const entry of entries) this.resend.add(entry);
      return { status: 'duplicate', event, effects: entries.map((entry) => entry.event) };
    }
    const { orchestrator } = this.settings;
    if (!this.record && !this.draft) {
      if (!delivery.starts && event.type !== orchestrator.startType) {
        return {
          status: 'unknown-process',
          event,
          reason: `no process ${JSON.stringify(this.id)}`,
          effects: [],
        };
      }
      return this.attempt(event, hash, () => this.start(delivery));
    }
    if (!this.active) return unhandled(event, `the process has ended (${this.record?.status ?? 'done'})`);
    const transform = orchestrator.transform(event.type);
    if (!transform && !this.machine.accepts(event.type)) {
      const starts = delivery.starts || event.type === orchestrator.startType;
      return unhandled(event, starts ? 'the process was started before' : `no state takes ${event.type}`);
    }
    return this.attempt(event, hash, () =>
      this.apply({ kind: 'event', event: machineEvent(event, transform) }, hash),
    );
  }

  /** Timers first: what was due before an event came has happened before it. */
  fireTimers(): void {
    if (!this.record && !this.draft) return;
    if (!this.active || this.broken || timersHeldUntil(this.problem) > this.now) return;
    if (!this.draft && !this.before?.timers.some((timer) => timer.at <= this.now)) return;
    for (let fired = 0; fired < MAX_TIMERS_PER_RUN; fired++) {
      try {
        const timer = this.active ? this.opened().due(this.now)[0] : undefined;
        if (!timer) return;
        this.apply({ kind: 'timer', timer }, '');
        // Also a timer without a target any more is gone from the record now.
        this.changed = true;
        if (this.problem && isAbout(this.problem, undefined)) this.problem = undefined;
      } catch (thrown) {
        const error = stepError(thrown, this.id, undefined);
        this.problem = problemOf(this.problem, { kind: 'step', error, at: this.now });
        this.changed = true;
        return;
      }
    }
  }

  resendOld(): void {
    for (const entry of this.before?.outbox ?? []) {
      if (this.confirmed.has(entry.event.id)) this.changed = true;
      else if (entry.at + this.settings.resendAfterMs <= this.now) this.resend.add(entry);
    }
  }

  finish(): Omit<Plan, 'outcomes'> {
    const resend = [...this.resend].map((entry) => entry.event);
    const effects = this.decided.map((entry) => entry.event);
    if (!this.changed) return { effects, resend };
    // A record whose only change is a problem keeps its state to the letter.
    const state = this.draft ? this.draft.save() : (this.before as RecordBody);
    const view = this.draft?.view();
    const kept = (this.before?.outbox ?? []).filter((entry) => !this.confirmed.has(entry.event.id));
    const outbox = this.settings.carried ? kept : [...kept, ...this.decided].slice(-this.settings.maxOutbox);
    const body: RecordBody = {
      format: RECORD_FORMAT,
      engine: this.settings.orchestrator.engine.name,
      machine: this.before?.machine ?? this.machine.id,
      hash: this.before?.hash ?? this.machine.hash,
      counter: this.draft?.counter() ?? this.before?.counter ?? 0,
      seen: this.seen,
      outbox,
      timers: state.timers,
      sequence: state.sequence,
      ...(this.problem ? { problem: this.problem } : {}),
      snapshot: state.snapshot,
    };
    const record: ProcessRecord = {
      id: this.id,
      orchestrator: this.settings.orchestrator.name,
      version: this.version,
      status: view?.status ?? this.record?.status ?? 'active',
      revision: (this.record?.revision ?? 0) + 1,
      wakeAt: wakeAtOf(body, this.settings.resendAfterMs),
      updatedAt: this.now,
      body: encodeBody(body),
    };
    return { effects, resend, record, body, ...(view ? { view } : {}) };
  }

  private get machine() {
    return this.settings.orchestrator.machine(this.version, this.id);
  }

  private attempt(event: CloudEvent, hash: string, step: () => Outcome | readonly CloudEvent[]): Outcome {
    try {
      const result = step();
      if ('status' in result) return { ...result, event };
      this.seen = withSeen(this.seen, hash, this.now, this.settings.dedupe);
      this.changed = true;
      if (this.problem && isAbout(this.problem, event)) this.problem = undefined;
      this.fireTimers();
      return { status: 'applied', event, effects: result };
    } catch (thrown) {
      const error = stepError(thrown, this.id, event);
      this.broken = error;
      // A process that could not even start has no record to keep the problem in.
      if (this.record || this.draft) {
        this.problem = problemOf(this.problem, { kind: 'step', event, error, at: this.now });
        this.changed = true;
      }
      return { status: 'failed', event, error, effects: [] };
    }
  }

  private start({ event, hash, starts }: Delivery): readonly CloudEvent[] {
    const { orchestrator } = this.settings;
    this.version = starts?.version ?? orchestrator.versions.at(-1) ?? '';
    const { draft, started } = this.open(event.data);
    this.draft = draft;
    this.decide(started, hash);
    return started;
  }

  private apply(input: EngineInput, cause: string): readonly CloudEvent[] | Outcome {
    const { handled, events } = this.opened().apply(input);
    if (!handled && input.kind === 'event')
      return unhandled(undefined, `no state takes ${input.event.type} now`);
    this.decide(events, cause);
    return events;
  }

  private decide(events: readonly CloudEvent[], cause: string): void {
    for (const event of events) this.decided.push({ event, cause, at: this.now });
  }

  private opened(): ProcessDraft {
    this.draft ??= this.open().draft;
    return this.draft;
  }

  private open(input?: unknown) {
    const { settings, before, id, now } = this;
    return openDraft({
      orchestrator: settings.orchestrator,
      machine: this.machine,
      id,
      counter: before?.counter ?? 0,
      ...(before ? { state: before } : {}),
      input,
      now,
      maxEffectBytes: settings.maxEffectBytes,
    });
  }
}

function machineEvent(
  event: CloudEvent,
  transform: ((event: CloudEvent) => MachineEvent) | undefined,
): MachineEvent {
  if (!transform) return { type: event.type, data: event.data, cloudevent: event };
  const made = transform(event);
  if (typeof made?.type === 'string' && !made.type.startsWith('xstate.')) return made;
  throw new XorcaError(
    'XORCA_CONFIG',
    `onCloudEvent[${JSON.stringify(event.type)}] must return an event with a type of its own, not ${JSON.stringify(made)?.slice(0, 80)}.`,
  );
}

function unhandled(event: CloudEvent | undefined, reason: string): Outcome {
  return { status: 'unhandled', ...(event ? { event } : {}), reason, effects: [] };
}

function outOfOrder(processId: string, broken: XorcaError): XorcaError {
  return new XorcaError(
    'XORCA_ORDER',
    `Not tried, to keep the order of process ${JSON.stringify(processId)}: an event before it failed (${broken.code}). Deliver it again after that one.`,
    { processId, retryable: true, cause: broken },
  );
}
