import type { Plan } from '../advance.ts';
import type { ProcessStatus } from '../ports.ts';
import { unlessSent } from '../problem.ts';
import type { OutboxEntry, Problem } from '../record.ts';
import { nextRecord } from './next-record.ts';
import { counterOf, type Run, sourcesOf, statusOf } from './run.ts';

/** Marks the unconfirmed events whose time has come to be sent again. */
export function resendOld(run: Run): void {
  for (const entry of run.before?.outbox ?? []) {
    if (run.confirmed.has(entry.event.id)) run.changed = true;
    else if (!entry.refused && entry.at + run.settings.resendAfterMs <= run.now) run.resend.add(entry);
  }
}

/** What is sent again, in the order in which it was decided: repetitions may have asked for it in any order. */
function resendOf({ resend, before }: Run): Plan['resend'] {
  if (resend.size === 0) return NOTHING;
  return (before?.outbox ?? []).filter((entry) => resend.has(entry)).map(({ event }) => event);
}

const NOTHING: Plan['resend'] = [];

/**
 * The problem that stays. What failed is none any more once the process is over: nobody tries it again, and nobody can redrive it.
 */
function problemLeft(
  { problem }: Run,
  status: ProcessStatus,
  outbox: readonly OutboxEntry[],
): Problem | undefined {
  const isOver = status === 'done' || status === 'cancelled';
  return isOver && problem?.kind === 'step' ? undefined : unlessSent(problem, outbox);
}

/** What the run amounts to. */
export function finish(run: Run, outcomes: Plan['outcomes']): Plan {
  const { settings, before, draft, record } = run;
  const plan: { -readonly [Part in keyof Plan]: Plan[Part] } = {
    outcomes,
    effects: run.decided.map((entry) => entry.event),
    resend: resendOf(run),
    steps: run.steps,
    expired: run.expired,
    warnings: run.warnings,
  };
  if (run.doomed) plan.doomed = true;
  if (!run.changed) return plan;
  const status = statusOf(run);
  const view = draft?.view();
  const kept: OutboxEntry[] = [];
  for (const entry of before?.outbox ?? []) {
    if (run.confirmed.has(entry.event.id)) continue;
    const { event, cause, refused } = entry;
    kept.push(refused && run.resend.has(entry) ? { event, cause, at: run.now } : entry);
  }
  const { record: saved, body } = nextRecord(settings, {
    id: run.id,
    record,
    before,
    version: run.version,
    status,
    now: run.now,
    doomed: run.doomed,
    // A record whose only change is a problem keeps its state to the letter.
    state: draft ? draft.save() : run.state(),
    view,
    machine: {
      id: before?.machine ?? settings.orchestrator.machine(run.version, run.id).id,
      hash: run.hash ?? '',
    },
    counter: counterOf(run),
    seen: run.seen,
    sources: sourcesOf(run),
    outbox: settings.carried ? kept : [...kept, ...run.decided].slice(-settings.maxOutbox),
    problem: problemLeft(run, status, kept),
    buffered: run.early.list(),
    origin: run.origin,
    failure: run.ending?.failure ?? (run.revived ? undefined : before?.failure),
    deadlineAt: run.deadlineAt,
    resumes: status === 'active' && (draft?.running() ?? before?.resumeAt !== undefined),
    trace: run.trace,
  });
  plan.record = saved;
  plan.body = body;
  if (view) plan.view = view;
  return plan;
}
