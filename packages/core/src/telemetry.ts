import type { CloudEvent } from './cloud-event.ts';
import type { OutcomeStatus } from './outcome.ts';
import type { JournalInput, ProcessStatus } from './ports.ts';
import type { Trace } from './record.ts';
import { traceOf } from './trace.ts';

/**
 * Sees what a runner does, and lends its steps the trace that their events carry. `openTelemetry()` of `@xorca/core/telemetry` makes
 * one for OpenTelemetry. What it throws is reported once and harms nothing. It is never given data of an event.
 */
export interface Telemetry {
  begin(activity: WholeActivity): TelemetrySpan;
  /** A wake has looked for processes that are due. */
  due?(found: DueFacts): void;
}

/** An activity under way. */
export interface TelemetrySpan {
  /** What events caused by it carry, as W3C trace context. Absent: what its own cause carried. */
  readonly trace?: Trace;
  /** A part of it begins. */
  begin(part: PartActivity): TelemetrySpan;
  /** Calls `work` at once and answers what it answers, with this activity as the current one. */
  within<Result>(work: () => Result): Result;
  /** It is over. Called once. */
  end(end: ActivityEnd): void;
}

/** What a runner does. */
export type Activity = WholeActivity | PartActivity;

/** What is part of nothing else. */
export type WholeActivity = RunActivity | CommandActivity;

/** What is part of a whole. */
export type PartActivity = StepActivity | PublishActivity | StorageActivity;

/** One process is led through its events (`handle`), through what is due (`wake`), or somebody's wish (`control`). */
export interface RunActivity {
  readonly kind: 'handle' | 'wake' | 'control';
  readonly orchestrator: string;
  /** Undefined: the event names none. */
  readonly processId: string | undefined;
  /** What came for it; none for a wake or a control. */
  readonly events: readonly EventFacts[];
  /** Epoch ms by the runner's clock. */
  readonly at: number;
}

/** A fleet takes a command. */
export interface CommandActivity {
  readonly kind: 'command';
  readonly fleet: string;
  /** The command's type as the fleet knows it; undefined: it knows none such. */
  readonly command: string | undefined;
  readonly processId: string | undefined;
  /** The command; none when it could not be read. */
  readonly events: readonly EventFacts[];
  readonly at: number;
}

/** What a step of a process comes of. `event` stands for a start and an answer, too; `early` for an event that waited for its state. */
export type StepKind = Exclude<JournalInput['kind'], 'start' | 'answer'> | 'early';

/** A machine takes one step, which may be thrown away and taken again: only the last try counts. */
export interface StepActivity {
  readonly kind: 'step';
  readonly step: StepKind;
  /** Which try, from 1: more after lost races. */
  readonly attempt: number;
  readonly events: readonly EventFacts[];
  /** The trace of the process's start: for what no event brings about, and for events without a trace. */
  readonly processTrace: Trace | undefined;
}

/** Events go out. */
export interface PublishActivity {
  readonly kind: 'publish';
  readonly events: readonly EventFacts[];
}

/** The store is at work. `settle` takes published events off the outbox. */
export interface StorageActivity {
  readonly kind: 'load' | 'save' | 'settle';
  readonly attempt?: number;
}

/** How an activity ended. */
export interface ActivityEnd {
  /** Of a run, a step or a command: an `OutcomeStatus`; of a save: `saved`, `conflict` or `failed`. */
  readonly outcome?: OutcomeStatus | 'saved' | 'conflict' | 'cut-off';
  /** What was thrown or reported. */
  readonly error?: unknown;
  /** Of a step: the machine's version. */
  readonly version?: string;
  /** Of a command: what it was answered with. */
  readonly answer?: 'success' | 'error' | 'none';
  /** Of a run. */
  readonly run?: RunFacts;
  /** Of a publish: how many events did not go out but may later, and how many never will. */
  readonly unsent?: { readonly failed: number; readonly refused: number };
}

/** What a run amounted to. */
export interface RunFacts {
  /** One for each event. */
  readonly outcomes: readonly OutcomeStatus[];
  /** The steps that count: those of the last try. */
  readonly steps: ReadonlyArray<{ readonly step: StepKind; readonly outcome: string }>;
  /** Unconfirmed events that were published again. */
  readonly resent: number;
  /** Where the process stands, if that has changed; `active`: it was begun, or brought back. */
  readonly became?: { readonly status: ProcessStatus; readonly version: string };
  /** True: it has got a problem that somebody should look at. */
  readonly stuck: boolean;
  /** Of a wake: how long the process was due, in ms. */
  readonly lateMs?: number;
}

/** What a wake found. */
export interface DueFacts {
  readonly orchestrator: string;
  /** Processes that are due, at most as many as one wake takes. */
  readonly due: number;
  /** More are due than one wake takes. */
  readonly more: boolean;
}

/** An event without its data. */
export interface EventFacts {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  /** RFC 3339. */
  readonly time?: string;
  readonly trace?: Trace;
}

/** What telemetry may know of an event. */
export function factsOf(event: CloudEvent): EventFacts {
  const { id, type, source, time } = event;
  const trace = traceOf(event);
  return { id, type, source, ...(time === undefined ? {} : { time }), ...(trace ? { trace } : {}) };
}
