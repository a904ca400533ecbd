import type { MachineView, Outcome, ProcessDetails, Runner } from '@xorca/core';
import { eventDetail } from './event-detail.ts';
import type { SummaryContext } from './machine.ts';
import type { StateValue } from './state-value.ts';
import type { Timeline } from './timeline.ts';

/** Steps of a summary: fetch, summarise, two checks, the end. */
export const STEPS = 5;

/** How many of them a process has behind it. */
export function stepOf(value: unknown, context: SummaryContext): number {
  if (value === 'FetchData') return 0;
  if (value === 'Summarise') return 1;
  if (typeof value !== 'string')
    return 2 + Number(context.grounded !== undefined) + Number(context.compliant !== undefined);
  return STEPS;
}

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
        timeline.note(id, [status, reason ?? error?.message].filter(Boolean).join(': '));
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
  { id, status, value, context, timers, outbox }: ProcessDetails,
): void {
  timeline.state(id, value as StateValue, stepOf(value, context as SummaryContext), STEPS);
  if (status === 'done') return timeline.note(id, 'finished before: nothing to do');
  const waits = outbox.length + timers.length > 0 ? `, ${outbox.length} unsent, ${timers.length} timers` : '';
  timeline.note(id, `goes on where it stopped${waits}`);
}

/** Shows the results: each summary, or why there is none. */
export async function showResults(
  timeline: Timeline,
  runner: Runner,
  ids: readonly string[],
): Promise<boolean> {
  let allDone = true;
  for (const id of ids) {
    const details = await runner.get(id);
    const context = details?.context as SummaryContext | undefined;
    allDone &&= details?.value === 'Done';
    const title = context?.title ? `${context.title}:` : id;
    timeline.finished(id, [title, ...resultOf(details?.value, context)]);
  }
  return allDone;
}

function resultOf(value: unknown, context: SummaryContext | undefined): readonly string[] {
  if (!context) return ['was never started'];
  if (value === 'Done') return context.sentences.map((sentence, place) => `${place + 1}. ${sentence}`);
  if (value === 'Failed') return [context.problem ?? 'failed'];
  const missing = (context.grounded?.missing ?? []).map((sentence) => `not in the book: ${sentence}`);
  const broken = (context.compliant?.violations ?? []).map(
    ({ rule, sentence }) => `breaks ${rule}: ${sentence}`,
  );
  return [...missing, ...broken];
}
