import type { CloudEvent } from './cloud-event.ts';
import type { DedupeBounds } from './dedupe-window.ts';
import type { MachineView } from './engine/engine.ts';
import type { XorcaError } from './errors.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { Outcome } from './outcome.ts';
import type { JournalEntry, ProcessRecord } from './ports.ts';
import type { BufferedEvent, RecordBody, Trace } from './record.ts';
import { absorbPromises, awaitPromises } from './run/await-promises.ts';
import { control } from './run/control.ts';
import { deliver } from './run/deliver.ts';
import { finish, resendOld } from './run/finish.ts';
import { passTime } from './run/pass-time.ts';
import { openRun, type Run } from './run/run.ts';
import { watched } from './run/watched.ts';
import type { StepWatch } from './watch/step-watch.ts';

/** One event for one process, decoded and valid. */
export interface Delivery {
  readonly event: CloudEvent;
  /** The event as it came, where its contract made other data of it. */
  readonly raw?: CloudEvent;
  /** See `inputHash`. */
  readonly hash: string;
  /** Starts the process whatever its type is, on this version if one is named. */
  readonly starts?: { readonly version?: string };
  /** What its effects are to carry. Default: the event's own trace. */
  readonly trace?: Trace;
}

/** What somebody in charge does to a process. */
export type Control =
  | { readonly kind: 'cancel'; readonly reason: string | undefined }
  | { readonly kind: 'redrive' }
  | { readonly kind: 'migrate'; readonly to: string; readonly dryRun: boolean };

/** What a process is moved by. Neither: a wake, which fires what is due and sends again. */
export interface Work {
  readonly deliveries: readonly Delivery[];
  readonly control?: Control;
  /** Sees the steps, and gives each the trace that its effects carry; for one try only. */
  readonly watch?: StepWatch;
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
  /** Whether a process may begin anew under the id of one that is gone: its ids then begin with the clock. */
  readonly forgets: boolean;
  /** Whether to tell each step, for the journal. */
  readonly tells: boolean;
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
  /** The record says that it is to be deleted, and this invocation is the one to do it. */
  readonly doomed?: boolean;
  readonly steps: readonly Step[];
  /** Early events whose time is over. */
  readonly expired: readonly BufferedEvent[];
  /** What people should hear of, though it kept nothing from happening. */
  readonly warnings: readonly XorcaError[];
}

/** A step as the journal wants it, before it is known with which save it lands. */
export type Step = Omit<JournalEntry, 'revision' | 'step' | 'attempt'>;

const NONE: ReadonlySet<string> = new Set();

/**
 * Moves a process by the work, in order: one record in, one record out. Pure: the same record, work and time give the same plan,
 * so a lost race is answered by doing it again on the fresh record. Only the traces of its effects are the watch's to choose.
 */
export function advance(
  settings: AdvanceSettings,
  id: string,
  record: ProcessRecord | undefined,
  work: Work,
  now: number,
  confirmed: ReadonlySet<string> = NONE,
): Plan {
  if (isForeign(settings, record)) return foreign(id, record as ProcessRecord, work);
  const run = openRun(settings, id, record, now, confirmed, work.watch);
  begin(run, work);
  const outcomes = work.deliveries.map((delivery) => deliver(run, delivery));
  return end(run, work, outcomes);
}

/** The same for a machine with promises: waits for them, at most `budgetMs` in all. Not pure: promises run as often as it does. */
export async function advancePromises(
  settings: AdvanceSettings,
  id: string,
  record: ProcessRecord | undefined,
  work: Work,
  now: number,
  confirmed: ReadonlySet<string> = NONE,
  budgetMs: number,
): Promise<Plan> {
  if (isForeign(settings, record)) return foreign(id, record as ProcessRecord, work);
  const run = openRun(settings, id, record, now, confirmed, work.watch);
  const until = Date.now() + budgetMs;
  begin(run, work);
  await awaitPromises(run, until);
  const outcomes: Outcome[] = [];
  for (const delivery of work.deliveries) {
    absorbPromises(run);
    outcomes.push(deliver(run, delivery));
    await awaitPromises(run, until);
  }
  absorbPromises(run);
  const plan = end(run, work, outcomes);
  run.draft?.dispose();
  return plan;
}

function begin(run: Run, { control: wish }: Work): void {
  if (wish) controlWatched(run, wish);
  else passTime(run);
}

function controlWatched(run: Run, wish: Control): void {
  watched(run, wish.kind, (trace) => {
    control(run, wish, trace);
    return run.changed;
  });
}

function end(run: Run, work: Work, outcomes: Plan['outcomes']): Plan {
  if (work.deliveries.length === 0 && !work.control) resendOld(run);
  return finish(run, outcomes);
}

function isForeign({ orchestrator }: AdvanceSettings, record: ProcessRecord | undefined): boolean {
  return record !== undefined && record.orchestrator !== orchestrator.name;
}

function foreign(id: string, record: ProcessRecord, { deliveries }: Work): Plan {
  const reason = `process ${JSON.stringify(id)} belongs to orchestrator ${record.orchestrator}`;
  const outcomes = deliveries.map(
    ({ event }): Outcome => ({ status: 'foreign', event, reason, effects: [] }),
  );
  return { outcomes, effects: [], resend: [], steps: [], expired: [], warnings: [], foreign: true };
}
