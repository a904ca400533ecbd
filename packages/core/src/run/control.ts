import type { Control } from '../advance.ts';
import type { CloudEvent } from '../cloud-event.ts';
import { inputHash } from '../dedupe-window.ts';
import type { Trace } from '../record.ts';
import { cancel } from './cancel.ts';
import { deliver } from './deliver.ts';
import { migratedState } from './migrate-state.ts';
import { offerEarly } from './offer-early.ts';
import { passTime } from './pass-time.ts';
import { type Run, tell, told } from './run.ts';
import { ended, unknownProcess } from './run-errors.ts';
import { apply, openMachine } from './step.ts';

/** Does what somebody in charge asks for, or throws why it cannot be done. `trace`: what its effects are to carry. */
export function control(run: Run, wish: Control, trace: Trace | undefined): void {
  if (!run.record) throw unknownProcess(run.id);
  const { status } = run.record;
  switch (wish.kind) {
    case 'cancel':
      if (status === 'cancelled') return;
      if (status !== 'active') throw ended(run.id, status, 'cancelled');
      cancel(run, wish.reason ?? 'by hand', { cause: '', trace });
      return;
    case 'redrive':
      if (run.before?.doomed) throw ended(run.id, status, 'redriven, since it is being deleted,');
      if (status === 'done' || status === 'cancelled') {
        if (!sendRefused(run)) throw ended(run.id, status, 'redriven');
        run.problem = undefined;
        return;
      }
      sendRefused(run);
      if (status === 'error') revive(run, trace);
      else retry(run);
      if (!run.broken) passTime(run);
      return;
    case 'migrate':
      if (status !== 'active') throw ended(run.id, status, 'migrated');
      if (wish.to !== run.version) migrate(run, wish.to, wish.dryRun);
  }
}

/** Goes on with a process that ended in an error: everything it waited for is asked once more. */
function revive(run: Run, trace: Trace | undefined): void {
  const { orchestrator } = run.settings;
  const from = told(run);
  run.revived = 'goes-on';
  accept(run);
  run.deadlineAt = orchestrator.deadlineMs === undefined ? undefined : run.now + orchestrator.deadlineMs;
  apply(run, { kind: 'ask-again' }, { input: { kind: 'redrive' }, from, cause: '', trace });
}

/** Sends once more what the bus refused; false: there is nothing of the kind. */
function sendRefused(run: Run): boolean {
  const refused = (run.before?.outbox ?? []).filter((entry) => entry.refused);
  for (const entry of refused) run.resend.add(entry);
  if (refused.length > 0) run.changed = true;
  return refused.length > 0;
}

/** Tries once more what is a problem: an event, something due, or an effect that the bus refused. */
function retry(run: Run): void {
  const { problem } = run;
  accept(run);
  tell(run, { kind: 'redrive' }, told(run), []);
  if (problem?.kind === 'step' && problem.event) retake(run, problem.event);
}

/** Whoever redrives says that the code as it is now is meant for this process. */
function accept(run: Run): void {
  run.hash = run.settings.orchestrator.machine(run.version, run.id).hash;
  run.problem = undefined;
  run.changed = true;
}

function retake(run: Run, event: CloudEvent): void {
  const hash = inputHash(event);
  if (run.early.list().some((kept) => kept.hash === hash)) offerEarly(run, { atOnce: true });
  else deliver(run, { event, hash });
}

function migrate(run: Run, to: string, dryRun: boolean): void {
  if (!run.before) return;
  const from = told(run);
  const moved = migratedState(run.settings.orchestrator, run.id, run.version, to, run.before, run.now);
  run.state = () => structuredClone(moved);
  run.version = to;
  accept(run);
  // What failed when its time came is tried on the new machine at once; an event that failed must be redriven, or come again.
  run.problem = run.before.problem?.event ? run.before.problem : undefined;
  // Opening a machine would run its promises.
  if (dryRun) return;
  run.draft = openMachine(run, run.before.counter).draft;
  tell(run, { kind: 'migrate', detail: to }, from, []);
  // What the old version did not take the new one may.
  offerEarly(run, { atOnce: true });
  passTime(run);
}
