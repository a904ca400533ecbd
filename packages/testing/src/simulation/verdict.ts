import type { CloudEvent, ProcessDetails, ProcessStore } from '@xorca/core';
import { firstDue } from './judge-save.ts';
import type { ObservedProcess } from './observed.ts';
import { breaker, type Violation } from './violation.ts';

/** What is wrong with what the store holds in the end, against what was seen to be saved. */
export async function judgeStored(
  store: ProcessStore,
  processes: ReadonlyMap<string, ObservedProcess>,
): Promise<readonly Violation[]> {
  const found: Violation[] = [];
  for (const [id, { record }] of processes) {
    const stored = (await store.load(id))?.record;
    const broken = breaker(id);
    if (stored?.revision !== record.revision || stored.body !== record.body) {
      const what = stored ? `revision ${stored.revision}` : 'nothing';
      found.push(
        broken('no lost update', `revision ${record.revision} was saved, and the store holds ${what}`),
      );
    }
  }
  return found;
}

/** What the end of a world is judged by, beyond what was judged on the way. */
export interface End {
  readonly processes: ReadonlyMap<string, ObservedProcess>;
  readonly published: ReadonlyMap<string, CloudEvent>;
  /** Whether a process may stay active for good. */
  readonly mayRest: (process: ProcessDetails) => boolean;
  readonly now: number;
  /** Events that were never delivered. */
  readonly undelivered: readonly CloudEvent[];
  /** Events that no state of a process took when they came, by process. */
  readonly unhandled: ReadonlyMap<string, readonly string[]>;
}

/** What is wrong with a world that has come to rest. */
export function* judgeEnd(end: End): Generator<Violation, void> {
  for (const [id, process] of end.processes) yield* judgeProcess(id, process, end);
  for (const { id, type, subject = '' } of end.undelivered) {
    yield breaker(subject)(
      'no lost event',
      `${type} ${id} was never delivered, since the process was never started`,
    );
  }
}

function* judgeProcess(id: string, process: ObservedProcess, end: End): Generator<Violation, void> {
  const { record, inspection, decided, base } = process;
  const { details, counter } = inspection;
  const broken = breaker(id);
  if (details.outbox.length > 0) {
    yield broken(
      details.problem?.kind === 'effect' ? 'nothing undeliverable is decided' : 'no stuck process',
      `it still keeps ${details.outbox.length} unconfirmed events when everything has come to rest`,
    );
    // A failure that ended it is how it ended: that is the machine's to decide.
  } else if (details.problem && !details.failure) {
    yield broken(
      'a failing machine loses nothing',
      `its problem stays after all faults are over: ${details.problem.message}`,
    );
  }
  const missing = [...decided.values()].filter((event) => !end.published.has(event.id));
  if (missing.length > 0) {
    const which = missing.map((event) => `${event.type} ${event.id}`).join(', ');
    yield broken('no lost event', `decided and never sent: ${which}`);
  }
  if (decided.size !== counter - base) {
    yield broken(
      'emission is complete and ordered',
      `it numbered ${counter - base} effects, and decided ${decided.size}`,
    );
  }
  if (record.status !== 'active') return;
  const due = firstDue(inspection);
  if (due !== undefined && due <= end.now) {
    yield broken('no stuck process', `what was due at ${new Date(due).toISOString()} never happened`);
  } else if (due === undefined && !end.mayRest(details)) {
    yield broken('no stuck process', stuck(details, end.unhandled.get(id) ?? []));
  }
}

function stuck({ value, commands }: ProcessDetails, unhandled: readonly string[]): string {
  const waits = commands.map(({ type, id }) => `the answer to ${type} ${id}, which has no timeout`);
  const what = waits.length > 0 ? `It waits for ${waits.join(' and ')}. ` : '';
  const early =
    unhandled.length > 0 ? `No state took ${[...new Set(unhandled)].join(', ')} when it came. ` : '';
  return `it stays in ${JSON.stringify(value)} for ever: nothing is on its way that could move it. ${what}${early}Give it a timeout, a \`buffer\` or another way out, or say with \`mayRest\` that it may stay.`;
}
