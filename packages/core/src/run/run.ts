import type { AdvanceSettings, Step } from '../advance.ts';
import type { CloudEvent } from '../cloud-event.ts';
import type { EngineState, MachineView, PendingCommand } from '../engine/engine.ts';
import type { XorcaError } from '../errors.ts';
import type { JournalInput, JournalState, ProcessRecord, ProcessStatus } from '../ports.ts';
import { isAbout } from '../problem.ts';
import {
  type BufferedEvent,
  decodeBody,
  type Origin,
  type OutboxEntry,
  type Problem,
  type RecordBody,
  type Trace,
} from '../record.ts';
import type { StepWatch } from '../watch/step-watch.ts';
import { type EarlyEvents, earlyEvents } from './early-events.ts';
import type { Ending } from './ending.ts';
import type { ProcessDraft } from './process-draft.ts';

/** One record on its way from what is stored to what shall be stored. Changed by the functions of this folder, in turn. */
export interface Run {
  readonly settings: AdvanceSettings;
  readonly id: string;
  readonly now: number;
  /** What was stored, and its body. */
  readonly record: ProcessRecord | undefined;
  readonly before: RecordBody | undefined;
  /** Ids of effects known to be published, which the record does not know yet. */
  readonly confirmed: ReadonlySet<string>;
  /** Sees its steps, if there is telemetry. */
  readonly watch: StepWatch | undefined;
  /** The state to open, read anew at each call: a machine may change in place what it was given. */
  state: () => EngineState;
  version: string;
  /** Hash of the machine's structure the process is pinned to. */
  hash: string | undefined;
  seen: string;
  problem: Problem | undefined;
  origin: Origin | undefined;
  deadlineAt: number | undefined;
  trace: Trace | undefined;
  readonly early: EarlyEvents;
  /** The machine, once it was needed. */
  draft: ProcessDraft | undefined;
  /** How it ended without being done. */
  ending: Ending | undefined;
  /** Events that were numbered without the machine. */
  spoken: number;
  /**
   * It had ended badly and was brought back: it goes on from where it was, or has begun anew, and what was its state is nothing any more.
   */
  revived: 'goes-on' | 'anew' | undefined;
  /** What keeps all that comes after it from being tried. */
  broken: XorcaError | undefined;
  changed: boolean;
  doomed: boolean;
  /** Hash of the last input that was applied. */
  cause: string;
  readonly decided: OutboxEntry[];
  readonly resend: Set<OutboxEntry>;
  readonly steps: Step[];
  readonly expired: BufferedEvent[];
  readonly warnings: XorcaError[];
}

/** Takes up a record. */
export function openRun(
  settings: AdvanceSettings,
  id: string,
  record: ProcessRecord | undefined,
  now: number,
  confirmed: ReadonlySet<string>,
  watch: StepWatch | undefined,
): Run {
  const before = record && decodeBody(record);
  // The first parse serves the first opening; whoever opens again gets one of his own.
  let unused = before;
  return {
    settings,
    id,
    now,
    record,
    before,
    confirmed,
    watch,
    state() {
      const first = unused;
      unused = undefined;
      return first ?? decodeBody(record as ProcessRecord);
    },
    version: record?.version ?? '',
    hash: before?.hash,
    seen: before?.seen ?? '',
    problem: before?.problem,
    origin: before?.origin,
    deadlineAt: before?.deadlineAt,
    trace: before?.trace,
    early: earlyEvents(before?.buffered ?? []),
    draft: undefined,
    ending: undefined,
    spoken: 0,
    revived: undefined,
    broken: undefined,
    changed: false,
    doomed: false,
    cause: '',
    decided: [],
    resend: new Set(),
    steps: [],
    expired: [],
    warnings: [],
  };
}

/** Where the process stands by now. */
export function statusOf({ ending, draft, revived, record }: Run): ProcessStatus {
  if (ending) return ending.status;
  if (draft) return draft.view().status;
  return revived ? 'active' : (record?.status ?? 'active');
}

/** Whether there is a process that events can move. */
export function isActive(run: Run): boolean {
  return (run.record !== undefined || run.draft !== undefined) && statusOf(run) === 'active';
}

/** Each `source` it has sent under, the present one last. */
export function sourcesOf({ before, settings }: Run): readonly string[] {
  const { source } = settings.orchestrator;
  const known = before?.sources ?? [];
  return known.at(-1) === source ? known : [...known.filter((other) => other !== source), source];
}

/** The commands it waits for by now. */
export function pendingOf({ draft, before }: Run): readonly PendingCommand[] {
  return draft?.pending() ?? before?.commands ?? [];
}

/** The last number used in an effect's id by now. */
export function counterOf({ draft, before, spoken }: Run): number {
  return (draft?.counter() ?? before?.counter ?? 0) + spoken;
}

/** The state by now as the journal wants it; undefined when nobody keeps one. */
export function told(run: Run): JournalState | undefined {
  if (!run.settings.tells) return undefined;
  const { value, context }: Partial<MachineView> =
    run.draft?.view() ?? ((run.before?.snapshot ?? {}) as Partial<MachineView>);
  return { status: statusOf(run), value, context };
}

/** Notes a step for the journal. */
export function tell(
  run: Run,
  input: JournalInput,
  from: JournalState | undefined,
  effects: readonly CloudEvent[],
  error?: XorcaError,
): void {
  const after = told(run);
  if (!after) return;
  run.steps.push({
    at: run.now,
    orchestrator: run.settings.orchestrator.name,
    version: run.version,
    input,
    ...(from ? { before: from } : {}),
    after,
    effects,
    ...(error ? { error: { code: error.code, message: error.message } } : {}),
  });
}

/** Nothing is left to try again of an event: its problem is over, if it has one. */
export function noMoreAbout(run: Run, event: CloudEvent): void {
  if (!run.problem || !isAbout(run.problem, event)) return;
  run.problem = undefined;
  run.changed = true;
}

/** Notes events as decided, for the outbox and the bus. */
export function decide(run: Run, events: readonly CloudEvent[], cause: string): readonly CloudEvent[] {
  for (const event of events) run.decided.push({ event, cause, at: run.now });
  return events;
}
