import { type CloudEvent, describeEvent, eventKey } from './cloud-event.ts';
import { isXorcaError, messageOf, XorcaError } from './errors.ts';
import type { Problem } from './record.ts';

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
