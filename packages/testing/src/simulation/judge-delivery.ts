import type { CloudEvent, Outcome } from '@xorca/core';
import { inputOf, numberOf, type ObservedProcess, ownerOf } from './observed.ts';
import { breaker, type Violation } from './violation.ts';

/** What is wrong with events that go out in one call. */
export function* judgePublished(
  events: readonly CloudEvent[],
  processes: ReadonlyMap<string, ObservedProcess>,
  published: ReadonlyMap<string, CloudEvent>,
): Generator<Violation, void> {
  const last = new Map<string, number>();
  for (const event of events) {
    const id = ownerOf(event);
    const broken = breaker(id);
    const known = processes.get(id)?.decided.get(event.id);
    const text = JSON.stringify(event);
    if (!known) {
      yield broken('no torn state', `${event.type} ${event.id} was sent, and no save had decided it`);
    } else if (JSON.stringify(known) !== text) {
      yield broken('stable ids', `${event.id} was decided as ${JSON.stringify(known)} and sent as ${text}`);
    }
    const before = published.get(event.id);
    if (before && JSON.stringify(before) !== text) {
      yield broken('stable ids', `${event.id} named ${JSON.stringify(before)} and ${text}`);
    }
    const number = numberOf(event.id, id);
    if (number <= (last.get(id) ?? 0)) {
      yield broken('emission is complete and ordered', `${event.id} was sent out of order`);
    }
    last.set(id, number);
  }
}

/** What is wrong with what became of a delivery that was taken off its queue. */
export function* judgeAcknowledged(
  process: ObservedProcess | undefined,
  processId: string,
  event: CloudEvent,
  { status, error }: Outcome,
): Generator<Violation, void> {
  const broken = breaker(processId);
  if (status === 'rejected') {
    yield broken(
      'no lost event',
      `${event.type} ${event.id} was rejected: ${error?.message ?? 'no reason given'}`,
    );
  }
  if (status !== 'applied' && status !== 'buffered') return;
  if (!process) {
    yield broken('no lost event', `${event.type} ${event.id} was ${status}, and there is no process`);
    // Its window is bounded; what it applied is not forgotten here.
  } else if (
    ![process.applied, process.appliedEarly].some((inputs) => inputs.has(inputOf(event))) &&
    !process.inspection.hasSeen(event)
  ) {
    yield broken(
      'no lost event',
      `${event.type} ${event.id} was ${status}, and its process does not know it`,
    );
  }
}
