import { type DueInput, timerName } from '../engine/engine.ts';
import type { JournalInput } from '../ports.ts';
import { isAbout, problemOf, stepError } from '../problem.ts';
import { dueAtOf, heldUntil } from '../wake-at.ts';
import { offerEarly } from './offer-early.ts';
import { isActive, type Run, tell, told } from './run.ts';
import { apply, end, machineOf } from './step.ts';

// A machine that arms a timer of no delay again and again goes on with the next wake instead of holding this invocation.
const MAX_DUE_PER_RUN = 100;
const BY_TIME = { cause: '', trace: undefined };

/** Does what is due. First of all things: what was due before an event came has happened before it. */
export function passTime(run: Run): void {
  const { record, before, now } = run;
  const gone = run.early.expire(now);
  run.expired.push(...gone);
  if (gone.length > 0) run.changed = true;
  if (record && record.status !== 'active' && !run.revived) {
    run.doomed = (before?.expiresAt ?? Number.POSITIVE_INFINITY) <= now;
    if (run.doomed) run.changed = true;
    return;
  }
  if (!isActive(run) || run.broken || heldUntil(run.problem) > now) return;
  if (!run.draft && before && dueAtOf(before) > now) return;
  try {
    fire(run);
    if (isActive(run) && run.deadlineAt !== undefined && run.deadlineAt <= now) passDeadline(run);
  } catch (thrown) {
    failInTime(run, thrown);
  }
}

/** Notes that what time brought about failed. It is tried again later. */
export function failInTime(run: Run, thrown: unknown): void {
  const error = stepError(thrown, run.id, undefined);
  run.problem = problemOf(run.problem, { kind: 'step', error, at: run.now });
  run.changed = true;
}

function fire(run: Run): void {
  const { now, deadlineAt } = run;
  for (let count = 0; count < MAX_DUE_PER_RUN && isActive(run); count++) {
    const due = machineOf(run).nextDue(Math.min(now, deadlineAt ?? now));
    if (!due) return;
    apply(run, due, { input: inputOf(due), ...BY_TIME });
    // Also a timer without a target any more is gone from the record now.
    run.changed = true;
    if (run.problem && !run.ending && isAbout(run.problem, undefined)) run.problem = undefined;
    offerEarly(run);
  }
}

function inputOf(due: DueInput): JournalInput {
  if (due.kind === 'timer') return { kind: 'timer', detail: timerName(due.timer) };
  const { resting, ids } = due.command;
  return { kind: resting ? 'retry' : 'timeout', detail: ids.at(-1) ?? '' };
}

function passDeadline(run: Run): void {
  const failure = {
    code: 'XORCA_DEADLINE_PASSED' as const,
    message: 'The process did not end by its deadline.',
    at: run.now,
  };
  const from = told(run);
  tell(run, { kind: 'deadline' }, from, end(run, { status: 'error', failure }, BY_TIME));
}
