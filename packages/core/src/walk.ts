import { type AdvanceSettings, advance, type Delivery } from './advance.ts';
import { type CloudEvent, invalid } from './cloud-event.ts';
import { validateNow } from './contract.ts';
import { inputHash } from './dedupe-window.ts';
import type { EngineState } from './engine/engine.ts';
import type { XorcaError } from './errors.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { Outcome } from './outcome.ts';
import type { ProcessRecord } from './ports.ts';
import { decodeBody, type Problem } from './record.ts';

/** What one move made of a process. */
export interface Moved {
  /** What became of the event; undefined for time. */
  readonly outcome?: Outcome;
  /** The record to go on from; undefined: there is still none. */
  readonly record?: ProcessRecord;
  readonly effects: readonly CloudEvent[];
}

/** A process as it can be told from others: whatever it will do follows from this. */
export type ProcessState = Pick<EngineState, 'snapshot' | 'timers' | 'commands'> & {
  readonly problem?: Problem;
};

/**
 * A process led step by step without a store: for tools that try out what could happen. It takes the runner's own step, but sends
 * nothing and holds nothing against the dedupe window, and contracts must be synchronous (`XORCA_CONFIG`).
 */
export interface Walker {
  /** Gives it an event; none: time alone moves it. `starts`: the event begins it, whatever its type. */
  move(
    record: ProcessRecord | undefined,
    now: number,
    event?: CloudEvent,
    options?: { readonly starts?: boolean },
  ): Moved;
}

/** Leads processes of one version. */
export function walker(orchestrator: Orchestrator, version: string, id: string): Walker {
  const settings: AdvanceSettings = {
    orchestrator: { ...orchestrator, versions: [version] },
    dedupe: { count: 1, ageMs: 0 },
    resendAfterMs: Number.POSITIVE_INFINITY,
    maxOutbox: Number.POSITIVE_INFINITY,
    maxEffectBytes: undefined,
    // Nothing is sent, so that the record keeps none of it.
    carried: true,
    forgets: false,
    tells: false,
  };
  return {
    move(record, now, event, { starts = false } = {}) {
      const delivery = event && deliveryOf(orchestrator, version, event, starts);
      if (delivery && 'status' in delivery)
        return { outcome: delivery, effects: [], ...(record ? { record } : {}) };
      const plan = advance(settings, id, record, { deliveries: delivery ? [delivery] : [] }, now);
      const [outcome] = plan.outcomes;
      const next = plan.record ?? record;
      return { ...(outcome ? { outcome } : {}), ...(next ? { record: next } : {}), effects: plan.effects };
    },
  };
}

/** What a record says of the state of its process. */
export function processState(record: ProcessRecord): ProcessState {
  const { snapshot, timers, commands, problem } = decodeBody(record);
  return { snapshot, timers, commands, ...(problem ? { problem } : {}) };
}

function deliveryOf(
  orchestrator: Orchestrator,
  version: string,
  event: CloudEvent,
  starts: boolean,
): Delivery | Outcome {
  const schema = orchestrator.contract(event.type, version);
  const checked = schema && validateNow(schema, event.data, event.type);
  if (checked && 'fault' in checked) {
    const error: XorcaError = invalid(event, checked.fault);
    return { status: 'rejected', event, reason: checked.fault, error, effects: [] };
  }
  return {
    event: checked ? { ...event, data: checked.value } : event,
    hash: inputHash(event),
    ...(starts ? { starts: { version } } : {}),
  };
}
