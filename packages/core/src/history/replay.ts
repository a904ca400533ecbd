import { advance, type Plan } from '../advance.ts';
import type { CloudEvent } from '../cloud-event.ts';
import { messageOf } from '../errors.ts';
import type { JournalEntry, ProcessRecord } from '../ports.ts';
import { decodeBody } from '../record.ts';
import { differenceOf } from './difference.ts';
import { answersStarter, isUnborn, livesOf, savesOf } from './recorded.ts';
import { type Stage, settingsOn } from './stage.ts';
import { prepare, withFailures } from './work-of.ts';

/** Where a replayed process first went another way. */
export interface Broken {
  readonly id: string;
  /** Revision of the save, as recorded. */
  readonly revision: number;
  /** What came in then. */
  readonly input: JournalEntry['input'];
  /**
   * `failed`: a step threw. `unhandled`: no state took an event that was taken. `state`, `status`, `effects`: it went on, but to
   * another state or end, or it sent other events.
   */
  readonly why: 'failed' | 'unhandled' | 'state' | 'status' | 'effects';
  readonly message: string;
}

type Result = { readonly broken?: Broken } | { readonly reason: string };

/** Leads one recorded process through a machine, save by save, at the times it had. */
export function replay(stage: Stage, id: string, entries: readonly JournalEntry[]): Result {
  const steps = entries.filter(({ error }) => !error);
  const [first] = steps;
  if (!first || (first.input.kind !== 'start' && !isUnborn(first))) {
    return { reason: 'its first steps are not in the journal' };
  }
  if (steps.some(({ input }) => input.kind === 'promise')) {
    return { reason: 'promises ran, whose results are not in the journal' };
  }
  const moved = steps.find(({ input }) => input.kind === 'migrate');
  if (moved) return { reason: `it was migrated to ${moved.input.detail}` };
  // Another machine may number its events otherwise: answers name commands by the ids they have here.
  const ids = new Map<string, string>();
  for (const life of livesOf(entries)) {
    const result = relive(stage, id, life, ids);
    if ('reason' in result || result.broken) return result;
  }
  return {};
}

function relive(
  stage: Stage,
  id: string,
  entries: readonly JournalEntry[],
  ids: Map<string, string>,
): Result {
  const all = entries.filter(({ error }) => !error);
  const [first] = all;
  if (!first || isUnborn(first)) return {};
  const { settings, signal } = settingsOn(stage, all);
  let record: ProcessRecord | undefined;
  let known: string | undefined;
  for (const { steps, failedBefore, failedAfter } of savesOf(entries)) {
    record = withFailures(record, failedBefore);
    const [head, last] = [steps[0], steps.at(-1)];
    if (!head || !last) continue;
    if (known !== undefined && JSON.stringify(head.before) !== known) {
      return { reason: `a step before revision ${head.revision} is missing` };
    }
    known = JSON.stringify(last.after);
    const broken = (why: Broken['why'], message: string): { broken: Broken } => ({
      broken: { id, revision: head.revision, input: head.input, why, message },
    });
    let plan: Plan;
    try {
      const { record: from, work } = prepare(stage, record, steps, ids);
      plan = advance(settings, id, from, work, head.at);
    } catch (error) {
      return broken('failed', messageOf(error));
    }
    const refused = plan.outcomes.find(({ status }) => status !== 'applied');
    if (refused) {
      const text = refused.error?.message ?? refused.reason ?? refused.status;
      return broken(refused.status === 'failed' ? 'failed' : 'unhandled', text);
    }
    const thrown = plan.steps.find(({ error }) => error)?.error;
    if (thrown && failedAfter.length === 0) return broken('failed', thrown.message);
    if (head === first && signal !== undefined && !plan.steps.some(({ input }) => input.kind === 'event')) {
      return broken('unhandled', `no state takes ${signal} now`);
    }
    record = plan.record ?? record;
    const sent = steps.flatMap(({ effects }) => effects);
    const own = stage.alone ? sent.filter((event) => !answersStarter(first, event)) : sent;
    const difference = differenceOf(last.after, own, record, plan.effects);
    if (difference && failedAfter.length > 0) {
      return { reason: `what failed with revision ${head.revision} when its time came would not fail now` };
    }
    if (difference && stage.alone && isOverdue(steps)) {
      return { reason: 'its deadline passed while other things were due: give the orchestrator' };
    }
    if (difference) return broken(difference.why, difference.message + hint(difference, stage));
    match(sent, plan.effects, ids);
    if (record && !decodeBody(record).problem) record = withFailures(record, failedAfter);
  }
  return {};
}

// Which of them came before the deadline, the machine cannot tell.
function isOverdue(steps: readonly JournalEntry[]): boolean {
  return steps.findIndex(({ input }) => input.kind === 'deadline') > 0;
}

// A mapping's events are not the machine's, and nothing in a journal tells them from those it should have sent.
function hint({ why }: { readonly why: Broken['why'] }, { alone }: Stage): string {
  return why === 'effects' && alone ? '; if a mapping sends them, give the orchestrator' : '';
}

/** Notes which replayed event stands for which recorded one: of each type the first for the first, and so on. */
function match(recorded: readonly CloudEvent[], replayed: readonly CloudEvent[], ids: Map<string, string>) {
  const left = [...replayed];
  for (const { id, type } of recorded) {
    const at = left.findIndex((event) => event.type === type);
    const [event] = at === -1 ? [] : left.splice(at, 1);
    if (event) ids.set(id, event.id);
  }
}
