import type { CloudEvent, ProcessRecord } from '@xorca/core';
import type { RecordInspection } from '@xorca/core/backend';

/** A step that a function's try took, as the telemetry tells it. */
export interface SeenStep {
  readonly kind: string;
  readonly outcome: string;
  /** `source` and `id` of the event that brought it about. */
  readonly event?: { readonly source: string; readonly id: string };
}

/** A save that went through. */
export interface Save {
  readonly record: ProcessRecord;
  readonly inspection: RecordInspection;
  readonly before: ObservedProcess | undefined;
  readonly steps: readonly SeenStep[];
  /** Effects that the store took along. */
  readonly carried: readonly CloudEvent[];
  readonly now: number;
}

/** A process as the observer knows it. */
export interface ObservedProcess {
  readonly record: ProcessRecord;
  readonly inspection: RecordInspection;
  /** Inputs that have moved it as they came, and those that were kept until a state took them: `source id`. */
  readonly applied: Set<string>;
  readonly appliedEarly: Set<string>;
  /** The input that began it. */
  readonly startedBy: string | undefined;
  /** Every effect it has decided, by id. */
  readonly decided: Map<string, CloudEvent>;
  /** The number before its first effect: a process begun anew after its deletion repeats none. */
  readonly base: number;
}

/** The number before the first of a new process's effects. */
export function baseOf(processId: string, effects: readonly CloudEvent[], counter: number): number {
  const [first] = effects;
  return first ? numberOf(first.id, processId) - 1 : counter;
}

/** The number in an effect's id. */
export function numberOf(eventId: string, processId: string): number {
  return Number(eventId.slice(processId.length + 1));
}

/** An input that moved a process. */
export interface AppliedInput {
  /** `source id`. */
  readonly input: string;
  /** It had been kept until a state took it. */
  readonly isEarly: boolean;
}

/** Inputs that moved a process in these steps. */
export function appliedBy(steps: readonly SeenStep[]): AppliedInput[] {
  return steps.flatMap(({ kind, outcome, event }) =>
    event && outcome === 'applied' ? [{ input: inputOf(event), isEarly: kind === 'early' }] : [],
  );
}

/** Names an input among all. */
export function inputOf({ source, id }: NonNullable<SeenStep['event']>): string {
  return `${source} ${id}`;
}

/** The process that decided an effect, from its id. */
export function ownerOf({ id, subject }: CloudEvent): string {
  const cut = id.lastIndexOf('/');
  return cut > 0 ? id.slice(0, cut) : (subject ?? id);
}
