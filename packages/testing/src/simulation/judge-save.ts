import type { CloudEvent } from '@xorca/core';
import { isOwnFault } from './failing-machine.ts';
import { appliedBy, baseOf, numberOf, type ObservedProcess, type Save, type SeenStep } from './observed.ts';
import { type Breaker, breaker, type Violation } from './violation.ts';

type Published = ReadonlyMap<string, CloudEvent>;

/** What is wrong with a save, in view of the one before. */
export function* judgeSave(save: Save, published: Published): Generator<Violation, void> {
  const broken = breaker(save.record.id);
  yield* revision(save, broken);
  yield* inputs(save, broken);
  yield* numbers(save, broken);
  yield* outbox(save, published, broken);
  yield* stillness(save, broken);
  yield* ended(save, broken);
  yield* time(save, broken);
  const { problem } = save.inspection.details;
  if (problem?.kind === 'step' && isOwnFault(problem)) yield broken('no step fails', problem.message);
}

/** What is wrong with a deletion. */
export function* judgeDeletion(
  { record, decided }: ObservedProcess,
  published: Published,
): Generator<Violation, void> {
  const broken = breaker(record.id);
  for (const { id, type } of decided.values()) {
    if (!published.has(id)) yield broken('no lost event', `it was deleted before ${type} ${id} was sent`);
  }
  if (record.status === 'active') yield broken('no torn state', 'it was deleted while it was active');
}

function* revision({ record, before, steps }: Save, broken: Breaker): Generator<Violation, void> {
  if (!before) return;
  const was = before.record;
  if (record.revision !== was.revision + 1) {
    yield broken('no lost update', `revision ${record.revision} was saved over ${was.revision}`);
  }
  // What ended badly may begin anew, and does so on the newest version.
  const moved = was.status !== 'active' || steps.some(({ kind }) => kind === 'migrate');
  if (record.version !== was.version && !moved) {
    yield broken(
      'a process stays on its version',
      `a step moved it from ${was.version} to ${record.version}`,
    );
  }
}

function* inputs({ before, steps, inspection }: Save, broken: Breaker): Generator<Violation, void> {
  const applied = new Set(before?.applied);
  const early = new Set(before?.appliedEarly);
  const inputs = appliedBy(steps);
  const start = before ? before.startedBy : inputs[0]?.input;
  for (const { input, isEarly } of inputs) {
    // A signal that begins its process is given to the machine, too, once a state takes it.
    const isTwice = isEarly
      ? early.has(input) || (applied.has(input) && input !== start)
      : applied.has(input);
    if (isTwice) yield broken('no double step', `${input} has moved it twice`);
    (isEarly ? early : applied).add(input);
  }
  for (const { event, outcome, kind } of steps) {
    if (kind === 'early' && outcome === 'applied' && isBuffered(inspection, event)) {
      yield broken('no double step', `the early event ${event?.id} was taken, and is still kept`);
    }
    if (!event || (outcome !== 'applied' && outcome !== 'buffered')) continue;
    // The window needs no more of an event than these two.
    if (inspection.hasSeen(event as CloudEvent)) continue;
    yield broken('no torn state', `${event.id} was ${outcome}, and the same save does not remember it`);
  }
}

function isBuffered({ details }: Save['inspection'], event: SeenStep['event']): boolean {
  return details.buffered.some((kept) => kept.event.id === event?.id && kept.event.source === event.source);
}

function* numbers(save: Save, broken: Breaker): Generator<Violation, void> {
  const { record, before, inspection, carried, steps } = save;
  const { details, counter } = inspection;
  const kept = [...details.outbox, ...carried];
  const was = before?.inspection.counter ?? baseOf(record.id, kept, counter);
  const fresh = kept.filter(({ id }) => !before?.decided.has(id)).map(({ id }) => numberOf(id, record.id));
  const expected = Array.from({ length: Math.max(0, counter - was) }, (_, n) => was + n + 1);
  if (counter >= was && fresh.join() === expected.join()) return;
  const how = steps.map(({ kind }) => kind).join(', ') || 'no step';
  const what = fresh.length > 0 ? fresh.join(', ') : 'none';
  yield broken(
    'stable ids',
    `a save of ${how} counted its effects from ${was} to ${counter}, and kept ${what}`,
  );
}

function* outbox(
  { before, inspection }: Save,
  published: Published,
  broken: Breaker,
): Generator<Violation, void> {
  const kept = new Set(inspection.details.outbox.map(({ id }) => id));
  for (const { id, type } of before?.inspection.details.outbox ?? []) {
    if (!kept.has(id) && !published.has(id)) {
      yield broken('no lost event', `${type} ${id} left the outbox and was never sent`);
    }
  }
}

/** A save without a step is for the outbox alone. */
function* stillness(
  { record, before, steps, inspection }: Save,
  broken: Breaker,
): Generator<Violation, void> {
  if (!before || steps.length > 0) return;
  const is = stateOf(inspection.details, record.status);
  const was = stateOf(before.inspection.details, before.record.status);
  if (is !== was)
    yield broken('no lost update', `a save without a step changed its state from ${was} to ${is}`);
}

function stateOf(
  { value, context, timers, commands }: Save['inspection']['details'],
  status: string,
): string {
  return JSON.stringify([
    status,
    value,
    context,
    timers,
    commands.map(({ id, attempt, dueAt }) => [id, attempt, dueAt]),
  ]);
}

function* ended(save: Save, broken: Breaker): Generator<Violation, void> {
  const { record, before, steps } = save;
  if (!before || before.record.status === 'active' || steps.length === 0) return;
  // What ended badly may be redriven, or begin anew with the next attempt of the command that started it.
  const mayGoOn = steps.some(
    ({ kind, outcome }) => kind === 'redrive' || (kind === 'event' && outcome === 'applied'),
  );
  if (before.record.status !== 'done' && mayGoOn) return;
  const was = stateOf(before.inspection.details, before.record.status);
  if (was === stateOf(save.inspection.details, record.status)) return;
  yield broken('no torn state', `it had ended (${before.record.status}), and went on to ${record.status}`);
}

function* time(
  { record, before, inspection, steps, now }: Save,
  broken: Breaker,
): Generator<Violation, void> {
  const { details } = inspection;
  const [first] = steps;
  if (before && (first?.kind === 'timer' || first?.kind === 'timeout') && first.outcome === 'applied') {
    const due = firstDue(before.inspection);
    const fired = before.inspection.details.timers.find(({ at }) => at === due);
    if (fired && first.kind === 'timer' && details.timers.some((timer) => isSame(timer, fired))) {
      yield broken(
        'no double step',
        `the timer ${fired.event} of ${new Date(fired.at).toISOString()} has fired, and is still there`,
      );
    }
    if (due === undefined || due > now)
      yield broken('no stuck process', `a ${first.kind} fired that was not due`);
  }
  // What failed is tried again later, and what was refused only by hand.
  if (details.problem) return;
  if (details.outbox.length > 0 && record.wakeAt === null) {
    yield broken(
      'no stuck process',
      `it keeps ${details.outbox.length} unconfirmed events, and nothing wakes it`,
    );
  }
  const due = record.status === 'active' ? firstDue(inspection) : undefined;
  if (due === undefined || (record.wakeAt !== null && record.wakeAt <= due)) return;
  yield broken(
    'no stuck process',
    `something is due at ${new Date(due).toISOString()}, and nothing wakes it then`,
  );
}

type Timer = Save['inspection']['details']['timers'][number];

function isSame(a: Timer, b: Timer): boolean {
  return a.at === b.at && a.event === b.event && a.actor === b.actor;
}

/** Epoch ms of the first timer or timeout of a process, or of its deadline. */
export function firstDue({ details }: Pick<Save['inspection'], 'details'>): number | undefined {
  let due = details.deadlineAt ?? Number.POSITIVE_INFINITY;
  for (const { at } of details.timers) due = Math.min(due, at);
  for (const { dueAt } of details.commands) due = Math.min(due, dueAt ?? due);
  return due === Number.POSITIVE_INFINITY ? undefined : due;
}
