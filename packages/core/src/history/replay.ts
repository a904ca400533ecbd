import { type AdvanceSettings, advance, type Delivery, type Plan, type Work } from '../advance.ts';
import type { CloudEvent } from '../cloud-event.ts';
import { inputHash } from '../dedupe-window.ts';
import { messageOf } from '../errors.ts';
import type { Orchestrator } from '../orchestrator.ts';
import type { JournalEntry, ProcessRecord } from '../ports.ts';
import { differenceOf } from './difference.ts';

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

/** Leads one recorded process through a machine, save by save, at the times it had. */
export function replay(
  orchestrator: Orchestrator,
  version: string,
  id: string,
  entries: readonly JournalEntry[],
): { readonly broken?: Broken } | { readonly reason: string } {
  const steps = entries.filter(({ error }) => !error);
  const first = steps[0];
  if (first?.input.kind !== 'start') return { reason: 'its first steps are not in the journal' };
  if (steps.some(({ input }) => input.kind === 'promise')) {
    return { reason: 'promises ran, whose results are not in the journal' };
  }
  const moved = steps.find(({ input }) => input.kind === 'migrate');
  if (moved) return { reason: `it was migrated to ${moved.input.detail}` };
  const settings = settingsOn(orchestrator, version);
  // Another machine may number its events otherwise: answers name commands by the ids they have here.
  const ids = new Map<string, string>();
  let record: ProcessRecord | undefined;
  let known: string | undefined;
  for (const group of bySave(steps)) {
    const [head, last] = [group[0] as JournalEntry, group.at(-1) as JournalEntry];
    if (head.input.kind === 'start' && head !== first) return { reason: 'it was deleted and started again' };
    if (known !== undefined && JSON.stringify(head.before) !== known) {
      return { reason: `a step before revision ${head.revision} is missing` };
    }
    known = JSON.stringify(last.after);
    const broken = (why: Broken['why'], message: string): { broken: Broken } => ({
      broken: { id, revision: head.revision, input: head.input, why, message },
    });
    let plan: Plan;
    try {
      plan = advance(settings, id, record, workOf(group, ids, orchestrator), head.at);
    } catch (error) {
      return broken('failed', messageOf(error));
    }
    const refused = plan.outcomes.find(({ status }) => status !== 'applied');
    if (refused) {
      const text = refused.error?.message ?? refused.reason ?? refused.status;
      return broken(refused.status === 'failed' ? 'failed' : 'unhandled', text);
    }
    record = plan.record ?? record;
    const sent = group.flatMap(({ effects }) => effects);
    const difference = differenceOf(last.after, sent, record, plan.effects);
    if (difference) return broken(difference.why, difference.message);
    match(sent, plan.effects, ids);
  }
  return {};
}

function settingsOn(orchestrator: Orchestrator, version: string): AdvanceSettings {
  return {
    orchestrator: { ...orchestrator, versions: [version] },
    dedupe: { count: Number.MAX_SAFE_INTEGER, ageMs: Number.MAX_SAFE_INTEGER },
    resendAfterMs: Number.POSITIVE_INFINITY,
    maxOutbox: Number.POSITIVE_INFINITY,
    maxEffectBytes: undefined,
    // What was sent was sent: the record keeps none of it.
    carried: true,
    tells: false,
  };
}

function* bySave(steps: readonly JournalEntry[]): Generator<readonly JournalEntry[]> {
  for (let from = 0; from < steps.length; ) {
    const revision = steps[from]?.revision;
    let to = from;
    while (steps[to]?.revision === revision) to++;
    yield steps.slice(from, to);
    from = to;
  }
}

function workOf(
  group: readonly JournalEntry[],
  ids: ReadonlyMap<string, string>,
  orchestrator: Orchestrator,
): Work {
  const deliveries: Delivery[] = [];
  for (const { input } of group) {
    if (input.kind === 'redrive') return { deliveries: [], control: { kind: 'redrive' } };
    if (input.kind === 'cancel' && !input.event) {
      return { deliveries: [], control: { kind: 'cancel', reason: input.detail } };
    }
    if (!input.event) continue;
    const event = renamed(input.event, ids);
    const starts = input.kind === 'start' && !startsByItself(event, orchestrator);
    deliveries.push({ event, hash: inputHash(input.event), ...(starts ? { starts: {} } : {}) });
  }
  return { deliveries };
}

function startsByItself({ id, type, source }: CloudEvent, orchestrator: Orchestrator): boolean {
  if (orchestrator.isSignal(type)) return true;
  // `runner.start` makes an event of the starting type too, but nobody waits for that one's answer.
  return type === orchestrator.startType && !(id === 'start' && source === orchestrator.source);
}

// Whoever replays may go by another name, and number its commands otherwise.
function renamed({ causationsource: _, ...event }: CloudEvent, ids: ReadonlyMap<string, string>): CloudEvent {
  const cause = event['causationid'];
  const known = typeof cause === 'string' ? ids.get(cause) : undefined;
  return (known === undefined ? event : { ...event, causationid: known }) as CloudEvent;
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
