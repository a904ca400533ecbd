import type { CloudEvent } from './cloud-event.ts';
import { timerName } from './engine/engine.ts';
import type { ProcessRecord, ProcessSummary } from './ports.ts';
import { decodeBody, type Problem, type ProcessFailure, type RecordBody } from './record.ts';

/** A command that a process waits for. */
export interface PendingDetails {
  readonly type: string;
  /** Id of the event of its last attempt: the `causationid` an answer names. */
  readonly id: string;
  /** Which actor of the machine waits. */
  readonly actor: string;
  /** From 1. */
  readonly attempt: number;
  /** Epoch ms of that attempt, and how long ago it is. */
  readonly sentAt: number;
  readonly ageMs: number;
  /** Epoch ms at which it is given up or, when it pauses, sent again; null: never. */
  readonly dueAt: number | null;
  /** True: the last attempt failed, and it pauses before the next. */
  readonly resting: boolean;
}

/** A process as people want to see it. */
export interface ProcessDetails extends ProcessSummary {
  /** State value and context of the machine, and its output once it is done. */
  readonly value: unknown;
  readonly context: unknown;
  readonly output?: unknown;
  /** The commands it waits for, longest first. */
  readonly commands: readonly PendingDetails[];
  /** What it waits for in time, earliest first. `event` is the machine's own name for it. */
  readonly timers: ReadonlyArray<{ readonly at: number; readonly event: string; readonly actor: string }>;
  /** Events decided but not yet known to be published. */
  readonly outbox: readonly CloudEvent[];
  /** Early events that no state takes yet, and until when (epoch ms) they are kept. */
  readonly buffered: ReadonlyArray<{ readonly event: CloudEvent; readonly until: number }>;
  readonly problem?: Problem;
  /** Why it ended without being done. */
  readonly failure?: ProcessFailure;
  /** Epoch ms by which it must have ended. */
  readonly deadlineAt?: number;
  /** The command that started it, and to which process it answers. */
  readonly startedBy?: { readonly command: string; readonly subject: string };
}

/** Reads a record for people. */
export function processDetails(record: ProcessRecord, now: number): ProcessDetails {
  const body = decodeBody(record);
  const snapshot = (body.snapshot ?? {}) as { value?: unknown; context?: unknown; output?: unknown };
  const { body: _, ...summary } = record;
  const { failure, deadlineAt, origin } = body;
  const problem = body.problem ?? refusal(body);
  return {
    ...summary,
    value: snapshot.value,
    context: snapshot.context,
    ...(snapshot.output === undefined ? {} : { output: snapshot.output }),
    commands: [...body.commands]
      .sort((a, b) => a.at - b.at)
      .map(({ type, ids, path, attempt, at, dueAt, resting }) => ({
        type,
        id: ids.at(-1) ?? '',
        actor: path.join('/'),
        attempt,
        sentAt: at,
        ageMs: now - at,
        dueAt,
        resting,
      })),
    timers: [...body.timers]
      .sort((a, b) => a.at - b.at)
      .map((timer) => ({ at: timer.at, event: timerName(timer), actor: timer.to.join('/') })),
    outbox: body.outbox.map(({ event }) => event),
    buffered: (body.buffered ?? []).map(({ event, until }) => ({ event, until })),
    ...(problem ? { problem } : {}),
    ...(failure ? { failure } : {}),
    ...(deadlineAt === undefined ? {} : { deadlineAt }),
    ...(origin ? { startedBy: { command: origin.command, subject: origin.subject } } : {}),
  };
}

/** What the bus refused is a problem for as long as it is kept, whatever other problem came and went. */
function refusal({ outbox }: Pick<RecordBody, 'outbox'>): Problem | undefined {
  const entry = outbox.find(({ refused }) => refused);
  if (!entry) return undefined;
  const { event, at } = entry;
  const message = `The bus refuses ${event.type} for good.`;
  return { kind: 'effect', event, code: 'XORCA_PUBLISH', message, firstAt: at, lastAt: at, times: 1 };
}
