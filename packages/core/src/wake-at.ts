import type { ProcessStatus } from './ports.ts';
import type { BufferedEvent, Problem, RecordBody } from './record.ts';

/** What of a body says when a process next needs attention. */
export type Pending = Pick<
  RecordBody,
  'outbox' | 'timers' | 'commands' | 'problem' | 'buffered' | 'deadlineAt' | 'resumeAt' | 'expiresAt'
>;

/** Epoch ms at which a process next needs attention: what is due first, or its oldest effect that nobody confirmed. */
export function wakeAtOf(body: Pending, status: ProcessStatus, resendAfterMs: number): number | null {
  let at = status === 'active' ? activeWakeAt(body) : endedWakeAt(body);
  for (const entry of body.outbox) if (!entry.refused) at = Math.min(at, entry.at + resendAfterMs);
  return at === Number.POSITIVE_INFINITY ? null : at;
}

// With effects that nobody confirmed it is not deleted: they would be lost.
function endedWakeAt({ outbox, expiresAt }: Pending): number {
  return outbox.length > 0 ? Number.POSITIVE_INFINITY : (expiresAt ?? Number.POSITIVE_INFINITY);
}

// What fails when its time comes must not be tried without pause; the rest does not wait for it.
function activeWakeAt(body: Pending): number {
  const held = heldUntil(body.problem);
  let at = held > 0 ? held : dueAtOf(body);
  for (const { until, failed } of body.buffered ?? [])
    at = Math.min(at, failed ? triedAgainAt(failed) : until);
  return Math.min(at, body.deadlineAt ?? at);
}

/** Epoch ms at which a timer, a command or a promise moves an active process; infinite when none ever does. */
export function dueAtOf(body: Pick<Pending, 'timers' | 'commands' | 'resumeAt'>): number {
  let at = body.resumeAt ?? Number.POSITIVE_INFINITY;
  for (const timer of body.timers) at = Math.min(at, timer.at);
  for (const command of body.commands) at = Math.min(at, command.dueAt ?? at);
  return at;
}

/** Until when what time brought about and failed is held back. What an event brought about comes again with the event. */
export function heldUntil(problem: Problem | undefined): number {
  if (problem?.kind !== 'step' || problem.event) return 0;
  return triedAgainAt({ at: problem.lastAt, times: problem.times });
}

/** When what failed is tried again: after 1 s, then after twice as long each time, up to an hour. */
export function triedAgainAt({ at, times }: NonNullable<BufferedEvent['failed']>): number {
  return at + Math.min(3_600_000, 1_000 * 2 ** Math.min(times - 1, 12));
}
