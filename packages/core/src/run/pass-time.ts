import { type DueInput, timerName } from '../engine/engine.ts';
import type { JournalInput } from '../ports.ts';
import { isAbout, problemOf, stepError } from '../problem.ts';
import type { Trace } from '../record.ts';
import { dueAtOf, heldUntil, triedAgainAt } from '../wake-at.ts';
import { offerEarly } from './offer-early.ts';
import { isActive, noMoreAbout, type Run, tell, told } from './run.ts';
import { apply, end, machineOf } from './step.ts';
import { watched } from './watched.ts';

// A machine that arms a timer of no delay again and again goes on with the next wake instead of holding this invocation.
const MAX_DUE_PER_RUN = 100;
const BY_TIME = { cause: '', trace: undefined };

/** Does what is due. First of all things: what was due before an event came has happened before it. */
export function passTime(run: Run): void {
  const { record, before, now } = run;
  const gone = run.early.expire(now);
  run.expired.push(...gone);
  if (gone.length > 0) run.changed = true;
  for (const { event } of gone) noMoreAbout(run, event);
  if (record && record.status !== 'active' && !run.revived) {
    const owes = before?.outbox.some(({ event }) => !run.confirmed.has(event.id));
    run.doomed = !owes && (before?.expiresAt ?? Number.POSITIVE_INFINITY) <= now;
    if (run.doomed) run.changed = true;
    return;
  }
  if (!isActive(run) || run.broken) return;
  try {
    const held = heldUntil(run.problem);
    if (held > now) forgetIfOver(run);
    else if (run.draft || !before || held > 0 || dueAtOf(before) <= now) {
      fire(run);
      if (heldUntil(run.problem) > 0) forgetIfOver(run);
    }
  } catch (thrown) {
    failInTime(run, thrown);
  }
  // Their queues have long let go of them: only time can bring them once more.
  if (run.early.list().some(({ failed }) => failed && triedAgainAt(failed) <= now)) offerEarly(run);
  try {
    if (isActive(run) && run.deadlineAt !== undefined && run.deadlineAt <= now)
      watched(run, 'deadline', (trace) => passDeadline(run, trace));
  } catch (thrown) {
    failInTime(run, thrown);
  }
}

// An event may have led out of the state whose timer failed, or it went through after all: then nothing is left to try again.
function forgetIfOver(run: Run): void {
  if (!run.draft || run.draft.running() || run.draft.nextDue(run.now)) return;
  run.problem = undefined;
  run.changed = true;
}

/** Notes that what time brought about failed. It is tried again later. */
export function failInTime(run: Run, thrown: unknown): void {
  const error = stepError(thrown, run.id, undefined);
  run.problem = problemOf(run.problem, { kind: 'step', error, at: run.now });
  run.changed = true;
}

function fire(run: Run): void {
  const { now, deadlineAt } = run;
  // What the record holds may all be due; only what is armed meanwhile is counted.
  const { timers = [], commands = [] } = run.before ?? {};
  const most = MAX_DUE_PER_RUN + timers.length + commands.length;
  for (let count = 0; count < most && isActive(run); count++) {
    const due = machineOf(run).nextDue(Math.min(now, deadlineAt ?? now));
    if (!due) return;
    const input = inputOf(due);
    const from = told(run);
    try {
      if (run.watch) fireWatched(run, due, input);
      else apply(run, due, { input, ...BY_TIME });
    } catch (thrown) {
      tell(run, input, from, [], stepError(thrown, run.id, undefined));
      throw thrown;
    }
    // Also a timer without a target any more is gone from the record now.
    run.changed = true;
    if (run.problem && !run.ending && isAbout(run.problem, undefined)) run.problem = undefined;
    offerEarly(run);
  }
}

function fireWatched(run: Run, due: DueInput, input: TimeInput): void {
  watched(run, input.kind, (trace) => apply(run, due, { input, ...BY_TIME, trace }) !== undefined);
}

type TimeInput = JournalInput & { readonly kind: 'timer' | 'timeout' | 'retry' };

function inputOf(due: DueInput): TimeInput {
  if (due.kind === 'timer') return { kind: 'timer', detail: timerName(due.timer) };
  const { resting, ids } = due.command;
  return { kind: resting ? 'retry' : 'timeout', detail: ids.at(-1) ?? '' };
}

function passDeadline(run: Run, trace: Trace | undefined): true {
  const failure = {
    code: 'XORCA_DEADLINE_PASSED' as const,
    message: 'The process did not end by its deadline.',
    at: run.now,
  };
  const from = told(run);
  tell(run, { kind: 'deadline' }, from, end(run, { status: 'error', failure }, { ...BY_TIME, trace }));
  return true;
}
