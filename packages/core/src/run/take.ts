import type { Delivery } from '../advance.ts';
import { bareFailureOf } from '../bare-failure.ts';
import type { CloudEvent } from '../cloud-event.ts';
import { hasSeen, withSeen } from '../dedupe-window.ts';
import { machineEvent } from '../machine-event.ts';
import type { Outcome } from '../outcome.ts';
import { isAbout, problemOf, stepError } from '../problem.ts';
import { traceOf, withTrace } from '../trace.ts';
import { type Again, againOf, answerAgain, calledOff, join, notForIt } from './attempts.ts';
import { cancel, cancelUnborn } from './cancel.ts';
import { commandFor } from './correlate.ts';
import { keptEvent } from './early-data.ts';
import { offerEarly } from './offer-early.ts';
import { passTime } from './pass-time.ts';
import { isActive, noMoreAbout, pendingOf, type Run, sourcesOf, statusOf, tell, told } from './run.ts';
import { beingDeleted, outOfOrder } from './run-errors.ts';
import { start, startAnew } from './start.ts';
import { apply } from './step.ts';

/** Takes one delivery, and everything that follows from it. */
export function take(run: Run, delivery: Delivery): Outcome {
  const outcome = taken(run, delivery);
  // It failed before, and is not wanted any more: nothing is left to try again. An ended process keeps what it ended over.
  const isOver = outcome.status === 'unhandled' && statusOf(run) !== 'error';
  // Or it is kept, and tried once a state takes it.
  if (isOver || outcome.status === 'buffered') noMoreAbout(run, delivery.event);
  return outcome;
}

function taken(run: Run, delivery: Delivery): Outcome {
  const { event, hash: cause } = delivery;
  const { type } = event;
  const { orchestrator } = run.settings;
  const starts = delivery.starts !== undefined || type === orchestrator.startType;
  if (run.broken) return { status: 'failed', event, error: outOfOrder(run.id, run.broken), effects: [] };
  if (hasSeen(run.seen, cause)) return duplicate(run, event, cause);
  if (!run.record && !run.draft && !run.ending) {
    if (starts || orchestrator.isSignal(type)) return attempt(run, delivery, () => start(run, delivery));
    if (type === orchestrator.startCommand?.cancel)
      return attempt(run, delivery, () => cancelUnborn(run, delivery));
    return {
      status: 'unknown-process',
      event,
      reason: `no process ${JSON.stringify(run.id)}`,
      effects: [],
    };
  }
  const again = type === orchestrator.startCommand?.type ? againOf(run, event) : undefined;
  if (again) return takeAgain(run, delivery, again);
  if (!isActive(run)) return unhandled(event, `the process has ended (${statusOf(run)})`);
  const trace = delivery.trace ?? traceOf(event);
  if (type === orchestrator.startCommand?.cancel) {
    const why = notForIt(run, event);
    if (why) return unhandled(event, why);
    if (run.origin) run.origin = calledOff(event, run.origin);
    return attempt(run, delivery, () => cancel(run, 'by whoever started it', { event, cause, trace }));
  }
  const kind = orchestrator.answer(type, run.version);
  const found = kind && commandFor(event, kind, pendingOf(run), sourcesOf(run));
  if (kind && typeof found === 'object') {
    const ended = kind.ok ? undefined : bareFailureOf(event);
    const answer = { kind: 'answer' as const, command: found.key, ok: kind.ok, data: event.data };
    const input = ended ? { ...answer, ended } : answer;
    const told = { kind: 'answer' as const, event, detail: found.key };
    return attempt(run, delivery, () => apply(run, input, { input: told, cause, trace }));
  }
  const transform = orchestrator.transform(type);
  if (!transform && !orchestrator.machine(run.version, run.id).accepts(type)) {
    const why = starts ? 'the process was started before' : `no state takes ${type}`;
    return early(run, delivery) ?? unhandled(event, typeof found === 'string' ? found : why);
  }
  return attempt(run, delivery, () =>
    apply(
      run,
      { kind: 'event', event: machineEvent(event, transform) },
      { input: { kind: 'event', event }, cause, trace },
    ),
  );
}

/** A later attempt of the command that started the process. */
function takeAgain(run: Run, delivery: Delivery, again: Again): Outcome {
  const { event, hash: cause } = delivery;
  if (again.kind === 'late') return unhandled(event, again.why);
  if (run.doomed || run.before?.doomed) {
    return { status: 'failed', event, error: beingDeleted(run.id, event), effects: [] };
  }
  if (again.kind === 'begins-anew') return attempt(run, delivery, () => startAnew(run, delivery));
  const effects = again.kind === 'joins' ? join(run, event) : answerAgain(run, event, cause);
  run.seen = withSeen(run.seen, cause, run.now, run.settings.dedupe);
  run.changed = true;
  run.cause = cause;
  return { status: 'applied', event, reason: REASONS[again.kind], effects };
}

const REASONS = {
  joins: 'it goes on with what an earlier attempt began',
  answered: 'it was done by an earlier attempt, and is answered again',
};

function attempt(run: Run, delivery: Delivery, step: () => readonly CloudEvent[] | undefined): Outcome {
  const { event, hash: cause } = delivery;
  const isNew = !run.record && !run.draft;
  const marks = [run.decided.length, run.steps.length] as const;
  const from = told(run);
  try {
    if (!step()) return early(run, delivery) ?? unhandled(event, `no state takes ${event.type} now`);
  } catch (thrown) {
    [run.decided.length, run.steps.length] = marks;
    const error = stepError(thrown, run.id, event);
    run.broken = error;
    // A process that could not even start has no record to keep the problem in.
    if (isNew) run.draft = undefined;
    else {
      run.problem = problemOf(run.problem, { kind: 'step', event, error, at: run.now });
      run.changed = true;
      tell(run, { kind: 'event', event }, from, [], error);
    }
    return { status: 'failed', event, error, effects: [] };
  }
  run.seen = withSeen(run.seen, cause, run.now, run.settings.dedupe);
  run.changed = true;
  run.cause = cause;
  if (run.problem && !run.ending && isAbout(run.problem, event)) run.problem = undefined;
  // Their own failures they keep to themselves. What is thrown here is no failure of this step, which has been taken: a machine that
  // does not do again what it did. It ends the run, of which then nothing is saved.
  offerEarly(run);
  passTime(run);
  // What it let early events and overdue timers do is its doing too.
  const effects = run.decided.slice(marks[0]).map((entry) => entry.event);
  return { status: 'applied', event, effects };
}

/** Keeps an event that comes too early, if its type is one to keep. */
function early(run: Run, delivery: Delivery): Outcome | undefined {
  const { event, hash: cause, trace } = delivery;
  const ms = run.settings.orchestrator.bufferMs(event.type);
  if (ms === undefined) return undefined;
  // What it causes one day belongs to this step.
  const came = keptEvent(run, delivery);
  const kept = trace ? withTrace(came, trace) : came;
  if (!run.early.add({ event: kept, hash: cause, until: run.now + ms })) {
    return unhandled(event, 'no state takes it now, and the process keeps too many early events already');
  }
  run.seen = withSeen(run.seen, cause, run.now, run.settings.dedupe);
  run.changed = true;
  return { status: 'buffered', event, reason: 'kept until a state takes it', effects: [] };
}

function duplicate(run: Run, event: CloudEvent, cause: string): Outcome {
  const entries = (run.before?.outbox ?? []).filter(
    (entry) => entry.cause === cause && !entry.refused && !run.confirmed.has(entry.event.id),
  );
  for (const entry of entries) run.resend.add(entry);
  return { status: 'duplicate', event, effects: entries.map((entry) => entry.event) };
}

function unhandled(event: CloudEvent, reason: string): Outcome {
  return { status: 'unhandled', event, reason, effects: [] };
}
