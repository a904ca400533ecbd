import type { CloudEvent } from './cloud-event.ts';
import type { ProcessRecord, ProcessSummary } from './ports.ts';
import { decodeBody, type Problem } from './record.ts';

/** A process as people want to see it. */
export interface ProcessDetails extends ProcessSummary {
  /** State value and context of the machine, and its output once it is done. */
  readonly value: unknown;
  readonly context: unknown;
  readonly output?: unknown;
  /** What it waits for in time, earliest first. `event` is the machine's own name for it. */
  readonly timers: ReadonlyArray<{ readonly at: number; readonly event: string; readonly actor: string }>;
  /** Events decided but not yet known to be published. */
  readonly outbox: readonly CloudEvent[];
  readonly problem?: Problem;
}

/** Reads a record for people. */
export function processDetails(record: ProcessRecord): ProcessDetails {
  const body = decodeBody(record);
  const snapshot = (body.snapshot ?? {}) as { value?: unknown; context?: unknown; output?: unknown };
  const { body: _, ...summary } = record;
  return {
    ...summary,
    value: snapshot.value,
    context: snapshot.context,
    ...(snapshot.output === undefined ? {} : { output: snapshot.output }),
    timers: [...body.timers]
      .sort((a, b) => a.at - b.at)
      .map(({ at, event, to }) => ({ at, event: event.type.replace(/^xstate\./, ''), actor: to.join('/') })),
    outbox: body.outbox.map(({ event }) => event),
    ...(body.problem ? { problem: body.problem } : {}),
  };
}
