import type { Delivery, Work } from '../advance.ts';
import type { CloudEvent } from '../cloud-event.ts';
import { XorcaError, type XorcaErrorCode } from '../errors.ts';
import type { Orchestrator } from '../orchestrator.ts';
import type { JournalEntry, ProcessRecord } from '../ports.ts';
import { problemOf } from '../problem.ts';
import { decodeBody, encodeBody, type RecordBody } from '../record.ts';
import { isSame } from './recorded.ts';
import type { Stage } from './stage.ts';

/** Where a process stands, and what moves it from there. */
export interface Prepared {
  readonly record: ProcessRecord | undefined;
  readonly work: Work;
}

/** Makes of a save's steps the work that brought them about. `ids`: what the events have for ids that are named in it. */
export function prepare(
  { orchestrator, alone }: Stage,
  record: ProcessRecord | undefined,
  steps: readonly JournalEntry[],
  ids: ReadonlyMap<string, string>,
): Prepared {
  const on = alone && record ? withDeadline(record, steps) : record;
  const [head] = steps as [JournalEntry];
  const control = controlOf(head);
  // Where the process was active, what follows a redrive at once is the event that had failed.
  const again = control?.kind === 'redrive' && on?.status === 'active' ? steps[1]?.input.event : undefined;
  const rest = steps.slice(again ? 2 : 0);
  return {
    record: on && again ? withChange(on, { problem: failed(head, renamed(again, ids)) }) : on,
    work: { deliveries: deliveriesOf(rest, ids, orchestrator), ...(control ? { control } : {}) },
  };
}

/** The record of a process in which something failed when its time came: until it is tried again it holds up what else is due. */
export function withFailures(
  record: ProcessRecord | undefined,
  entries: readonly JournalEntry[],
): ProcessRecord | undefined {
  if (!record || entries.length === 0) return record;
  let { problem } = decodeBody(record);
  for (const entry of entries) problem = failed(entry, undefined, problem);
  return problem ? withChange(record, { problem }) : record;
}

function failed(
  { at, error }: JournalEntry,
  event: CloudEvent | undefined,
  before?: RecordBody['problem'],
): NonNullable<RecordBody['problem']> {
  const code = (error?.code ?? 'XORCA_MACHINE') as XorcaErrorCode;
  return problemOf(before, {
    kind: 'step',
    ...(event ? { event } : {}),
    error: new XorcaError(code, error?.message ?? ''),
    at,
  });
}

// The machine knows no deadline. One that nothing came before has passed before whatever else is due.
function withDeadline(record: ProcessRecord, steps: readonly JournalEntry[]): ProcessRecord {
  const place = steps.findIndex(({ input }) => input.kind === 'deadline');
  const step = steps[place];
  return step ? withChange(record, { deadlineAt: place === 0 ? 0 : step.at }) : record;
}

function withChange(record: ProcessRecord, change: Partial<RecordBody>): ProcessRecord {
  return { ...record, body: encodeBody({ ...decodeBody(record), ...change }) };
}

function controlOf({ input }: JournalEntry): Work['control'] {
  if (input.kind === 'redrive') return { kind: 'redrive' };
  return input.kind === 'cancel' && !input.event ? { kind: 'cancel', reason: input.detail } : undefined;
}

function deliveriesOf(
  steps: readonly JournalEntry[],
  ids: ReadonlyMap<string, string>,
  orchestrator: Orchestrator,
): Delivery[] {
  const deliveries: Delivery[] = [];
  let starting: CloudEvent | undefined;
  for (const [place, { input, revision }] of steps.entries()) {
    // A signal is one event, though starting by it and taking it are two steps.
    if (!input.event || isSame(input.event, starting)) continue;
    const event = input.kind === 'cancel' ? nameless(input.event) : renamed(input.event, ids);
    const starts = input.kind === 'start' && !answersSomebody(event, orchestrator);
    if (input.kind === 'start') starting = input.event;
    // Each its own: an event that was kept, or failed at first, was seen before it was taken.
    const hash = `${revision}.${place}`.slice(-12).padStart(12, '0');
    deliveries.push({ event, hash, ...(starts ? { starts: {} } : {}) });
  }
  return deliveries;
}

function answersSomebody({ id, type, source }: CloudEvent, orchestrator: Orchestrator): boolean {
  // `runner.start` makes an event of the starting type too, but nobody waits for that one's answer.
  return type === orchestrator.startType && !(id === 'start' && source === orchestrator.source);
}

// It was meant for this process then, perhaps by the name of an attempt that no step tells of.
function nameless({ causationid: _, ...event }: CloudEvent): CloudEvent {
  return event as CloudEvent;
}

// Whoever replays may go by another name, and number its commands otherwise.
function renamed({ causationsource: _, ...event }: CloudEvent, ids: ReadonlyMap<string, string>): CloudEvent {
  const cause = event['causationid'];
  const known = typeof cause === 'string' ? ids.get(cause) : undefined;
  return (known === undefined ? event : { ...event, causationid: known }) as CloudEvent;
}
