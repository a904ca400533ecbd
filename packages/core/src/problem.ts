import { type CloudEvent, describeEvent, eventKey } from './cloud-event.ts';
import { isXorcaError, messageOf, XorcaError } from './errors.ts';
import type { OutboxEntry, Problem } from './record.ts';

/** A problem, counted on from the one before when it is the same event's. */
export function problemOf(
  before: Problem | undefined,
  now: {
    readonly kind: Problem['kind'];
    readonly event?: CloudEvent;
    readonly error: XorcaError;
    readonly at: number;
  },
): Problem {
  const again = before && before.kind === now.kind && isAbout(before, now.event);
  return {
    kind: now.kind,
    ...(now.event ? { event: now.event } : {}),
    code: now.error.code,
    message: now.error.message,
    firstAt: again ? before.firstAt : now.at,
    lastAt: now.at,
    times: again ? before.times + 1 : 1,
  };
}

/** Whether a problem came from this event (undefined: from a timer). */
export function isAbout(problem: Problem, event: CloudEvent | undefined): boolean {
  if (!problem.event || !event) return !problem.event && !event;
  return eventKey(problem.event) === eventKey(event);
}

/** A problem, unless it is about an event that the bus has taken after all: somebody else sent it at the same time. */
export function unlessSent(
  problem: Problem | undefined,
  outbox: readonly OutboxEntry[],
): Problem | undefined {
  if (problem?.kind !== 'effect') return problem;
  return outbox.some(({ event, refused }) => refused && event.id === problem.event?.id) ? problem : undefined;
}

/** What a machine, mapping or transform threw, as an error that names the process and the event. */
export function stepError(error: unknown, processId: string, event: CloudEvent | undefined): XorcaError {
  if (isXorcaError(error)) return error;
  const what = event ? describeEvent(event) : 'A timer';
  return new XorcaError(
    'XORCA_MACHINE',
    `${what} failed in the machine of process ${JSON.stringify(processId)}: ${messageOf(error)}. The process is as it was before; correct the machine and deliver the event again.`,
    { processId, retryable: true, cause: error },
  );
}
