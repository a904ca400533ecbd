import type { CloudEvent } from '../cloud-event.ts';
import { complete } from '../effects.ts';
import type { Origin } from '../record.ts';
import { successOf } from './ending.ts';
import { counterOf, decide, type Run, statusOf } from './run.ts';

/** The command that a start stands for: all its attempts have the name of the first. */
export function rootOf({ id, ...event }: CloudEvent): string {
  const first: unknown = event['commandid'];
  return typeof first === 'string' ? first : id;
}

/** Whether an event of a sender was sent before another of the same, as far as their numbers tell. */
function isBefore(id: string, other: string): boolean {
  const [a, b] = [id.lastIndexOf('/') + 1, other.lastIndexOf('/') + 1];
  return id.slice(0, a) === other.slice(0, b) && Number(id.slice(a)) < Number(other.slice(b));
}

/** What becomes of a command's event that meets the process its first attempt began; undefined: it is another command's. */
export type Again =
  | { readonly kind: 'joins' | 'answered' | 'begins-anew' }
  | { readonly kind: 'late'; readonly why: string };

export function againOf(run: Run, event: CloudEvent): Again | undefined {
  const { origin } = run;
  if (!origin || origin.root !== rootOf(event) || origin.source !== event.source) return undefined;
  if (origin.off !== undefined && (event.id === origin.command || isBefore(event.id, origin.off))) {
    return { kind: 'late', why: 'the command was called off, and its process cancelled' };
  }
  if (event.id === origin.command || isBefore(event.id, origin.command)) {
    return { kind: 'late', why: 'the process was started before, and a later attempt is under way' };
  }
  const status = statusOf(run);
  if (status === 'active') return { kind: 'joins' };
  return { kind: status === 'done' ? 'answered' : 'begins-anew' };
}

/** A later attempt goes on with what an earlier one began: its answer names the one that waits now. */
export function join(run: Run, event: CloudEvent): readonly CloudEvent[] {
  run.origin = { ...(run.origin as Origin), command: event.id };
  return [];
}

/** A later attempt of what is done already gets the answer once more. */
export function answerAgain(run: Run, event: CloudEvent, cause: string): readonly CloudEvent[] {
  join(run, event);
  const { settings, before, draft, id, now } = run;
  const { orchestrator, maxEffectBytes } = settings;
  // It may have been done only now, by an event of the same batch.
  const { output } = (draft?.view() ?? before?.snapshot ?? {}) as { output?: unknown };
  const view = { status: 'done' as const, value: undefined, context: undefined, output };
  const answer = successOf(orchestrator, run.origin, view);
  if (!answer) return [];
  const wanted = {
    ...run.trace,
    ...answer,
    id: `${id}/${counterOf(run) + 1}`,
    time: new Date(now).toISOString(),
  };
  const said = complete(wanted, { id, source: orchestrator.source, maxBytes: maxEffectBytes });
  run.spoken++;
  return decide(run, [said], cause);
}

/** Why a cancel does not concern a process; undefined: it does. */
export function notForIt({ origin }: Run, cancel: CloudEvent): string | undefined {
  const named: unknown = cancel['causationid'];
  if (typeof named !== 'string') return undefined;
  const first: unknown = cancel['commandid'];
  if (!origin) return `no command started it, so ${named} is none to call off`;
  if (origin.source !== cancel.source) return `the command ${named} of ${cancel.source} did not start it`;
  if (typeof first === 'string' ? first !== origin.root : named !== origin.command && named !== origin.root)
    return `the command ${named} did not start it`;
  if (isBefore(cancel.id, origin.command)) return 'the command was sent again after it was called off';
  return undefined;
}

/** What is kept of a command that was called off. */
export function calledOff(cancel: CloudEvent, origin: Origin | undefined): Origin {
  const named = String(cancel['causationid'] ?? cancel.id);
  const first: unknown = cancel['commandid'];
  const { replyto } = cancel as { replyto?: unknown };
  return {
    command: named,
    source: cancel.source,
    subject: typeof replyto === 'string' ? replyto : (cancel.subject as string),
    root: typeof first === 'string' ? first : named,
    ...origin,
    off: cancel.id,
  };
}
