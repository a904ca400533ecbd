import type { MachineView, Outcome, OutcomeStatus, ProcessDetails, Runner } from '@xorca/core';
import { count, eventDetail } from './event-detail.ts';

import type { StateValue } from './state-value.ts';
import type { SummaryContext } from './summary.ts';
import type { Timeline } from './timeline.ts';

/** Steps of a summary: fetch, summarise, two checks, the end. */
const STEPS = 5;

/** How many of them a process has behind it. */
export function stepOf(value: unknown, context: SummaryContext): number {
  if (value === 'FetchData') return 0;
  if (value === 'Summarise') return 1;
  if (typeof value !== 'string')
    return 2 + Number(context.grounded !== undefined) + Number(context.compliant !== undefined);
  return STEPS;
}

/** What a person wants to hear of an outcome that says nothing more itself. */
const IN_WORDS: Partial<Record<OutcomeStatus, string>> = {
  duplicate: 'came before and was applied then, so not again',
};

/** Shows each thing that happens to a process: the event that came, the state it led to, the events that went out. */
export function show(timeline: Timeline): {
  readonly onSnapshot: (id: string, view: MachineView) => void;
  readonly onOutcome: (outcome: Outcome) => void;
} {
  const views = new Map<string, MachineView>();
  return {
    // The state is told before the outcome is: it is kept to be shown in its place, between what came and what went.
    onSnapshot: (id, view) => views.set(id, view),
    onOutcome({ status, event, effects, reason, error }) {
      if (!event?.subject) return;
      const id = event.subject;
      timeline.eventIn(id, event.type, eventDetail(event.data));
      if (status !== 'applied')
        timeline.note(id, [status, reason ?? error?.message ?? IN_WORDS[status]].filter(Boolean).join(': '));
      const view = status === 'applied' ? views.get(id) : undefined;
      if (view)
        timeline.state(
          id,
          view.value as StateValue,
          stepOf(view.value, view.context as SummaryContext),
          STEPS,
        );
      for (const effect of effects) timeline.eventOut(id, effect.type, eventDetail(effect.data));
    },
  };
}

/** Shows where a process stands that an earlier start of the program left behind. */
export function showFound(
  timeline: Timeline,
  { id, status, value, context, timers, outbox, problem }: ProcessDetails,
): void {
  timeline.state(id, value as StateValue, stepOf(value, context as SummaryContext), STEPS);
  if (status === 'done') {
    timeline.note(id, 'found finished: nothing to do');
    return;
  }
  const waiting = [
    ...(outbox.length > 0 ? [`${count(outbox.length, 'event')} unsent`] : []),
    ...(timers.length > 0 ? [count(timers.length, 'timer')] : []),
    ...(problem ? [`problem: ${problem.message}`] : []),
  ];
  timeline.note(id, ['found in this state: goes on from here', ...waiting].join(', '));
}

/** Shows the results: each summary, or why there is none. True when all passed. */
export async function showResults(
  timeline: Timeline,
  runner: Pick<Runner, 'get'>,
  ids: readonly string[],
): Promise<boolean> {
  let allDone = true;
  for (const id of ids) {
    const details = await runner.get(id);
    if (details?.value !== 'Done') allDone = false;
    if (details?.status === 'done') timeline.finished(id, resultOf(details));
    else timeline.note(id, details ? 'not finished: waits for an event' : 'was never started');
  }
  return allDone;
}

function resultOf(details: ProcessDetails): readonly string[] {
  const { title, sentences, grounded, compliant, problem } = details.context as SummaryContext;
  if (details.value === 'Failed') return [`No summary: ${problem ?? 'failed'}`];
  if (details.value === 'Done') return [`${title}:`, ...sentences.map((text, at) => `${at + 1}. ${text}`)];
  return [
    `${title}: the summary was rejected.`,
    ...(grounded?.missing ?? []).map((sentence) => `Not in the book: ${sentence}`),
    // No sentence: the summary as a whole has too few of them or too many.
    ...(compliant?.violations ?? []).map(({ rule, sentence }) =>
      sentence ? `Breaks ${rule}: ${sentence}` : `Breaks ${rule} by its length.`,
    ),
  ];
}
