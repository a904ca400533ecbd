import type { JournalState } from '../ports.ts';
import { isAbout, stepError } from '../problem.ts';
import { offerEarly } from './offer-early.ts';
import { failInTime, passTime } from './pass-time.ts';
import type { Applied, ProcessDraft } from './process-draft.ts';
import { decide, isActive, type Run, tell, told } from './run.ts';
import { machineOf } from './step.ts';

/** Waits for promises of the machine until a moment of the system's clock, and takes what comes of them. */
export async function awaitPromises(run: Run, until: number): Promise<void> {
  if (!isActive(run) || run.broken) return;
  const resumes = (run.before?.resumeAt ?? Number.POSITIVE_INFINITY) <= run.now;
  if (!run.draft && !resumes) return;
  // Whatever becomes of them, the record must say when they run again, or each wake would run them.
  if (resumes) run.changed = true;
  try {
    const machine = machineOf(run);
    while (machine.running() && Date.now() < until) {
      const from = told(run);
      const applied = await settledPromise(run, machine, until);
      if (!applied) return;
      took(run, applied, from);
    }
  } catch (thrown) {
    fail(run, thrown);
  }
}

/**
 * Takes what came of promises that have settled meanwhile. Before each delivery and before the end: what a promise did to the machine
 * without being taken would be in no record, and its effects nowhere.
 */
export function absorbPromises(run: Run): void {
  if (!run.draft || !isActive(run) || run.broken) return;
  const from = told(run);
  try {
    const applied = run.draft.absorb(run.trace);
    if (!applied) return;
    run.watch?.begin('promise', undefined, run.trace).end({ outcome: 'applied', version: run.version });
    took(run, applied, from);
  } catch (thrown) {
    fail(run, thrown);
  }
}

function took(run: Run, { events }: Applied, from: JournalState | undefined): void {
  run.changed = true;
  tell(run, { kind: 'promise' }, from, events);
  decide(run, events, run.cause);
  if (run.problem && isAbout(run.problem, undefined)) run.problem = undefined;
  offerEarly(run);
  passTime(run);
}

function fail(run: Run, thrown: unknown): void {
  failInTime(run, thrown);
  run.broken = stepError(thrown, run.id, undefined);
}

/** What came of the next promise to settle, seen by the telemetry if there is one. */
async function settledPromise(run: Run, machine: ProcessDraft, until: number): Promise<Applied | undefined> {
  const ms = until - Date.now();
  const span = run.watch?.begin('promise', undefined, run.trace);
  if (!span) return machine.settled(ms, run.trace);
  try {
    const applied = await span.within(() => machine.settled(ms, span.trace ?? run.trace));
    span.end({ outcome: applied ? 'applied' : 'cut-off', version: run.version });
    return applied;
  } catch (error) {
    span.end({ outcome: 'failed', error, version: run.version });
    throw error;
  }
}
