import type { CloudEvent } from './cloud-event.ts';
import type { DedupeBounds } from './dedupe-window.ts';
import type { MachineView } from './engine/engine.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { Outcome } from './outcome.ts';
import type { ProcessRecord } from './ports.ts';
import { processRun } from './process-run.ts';
import type { RecordBody } from './record.ts';

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
  const run = processRun(settings, id, record, now, confirmed);
  run.fireTimers();
  const outcomes = deliveries.map((delivery) => run.take(delivery));
  if (deliveries.length === 0) run.resendOld();
  return { ...run.finish(), outcomes };
}
