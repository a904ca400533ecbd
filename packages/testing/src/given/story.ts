import type { CloudEvent, JournalEntry, OutcomeStatus } from '@xorca/core';
import type { Past, Seen } from './seen.ts';
import { indented, inline, span, stateText } from './show.ts';

// Of a long time only how it began and how it ended helps to see what went wrong.
const FIRST = 4;
const LAST = 8;

/** What has happened so far, step by step: what came of each, the state after it, what was sent. */
export function storyText({ world, begun, seen }: Past): string {
  const head = `The story of ${world.id} (${world.orchestrator.name}), begun ${new Date(begun).toISOString()}`;
  const steps = seen.map((step, at) => stepText(step, at, begun, world.publisher.published));
  return [head, ...steps].join('\n');
}

function stepText(step: Seen, at: number, begun: number, published: readonly CloudEvent[]): string {
  const { title, from, taken, entries, reported, process } = step;
  const all = entries.map((entry) => entryText(entry, step, begun, published)).filter((text) => text !== '');
  const skipped = all.length - FIRST - LAST;
  const shown =
    skipped > 1
      ? [...all.slice(0, FIRST), `… ${skipped} more such steps of the process …`, ...all.slice(-LAST)]
      : all;
  const body = [
    ...shown,
    ...(taken.outcome === 'applied' ? [] : [outcomeText(taken)]),
    ...reported.map(({ code, message }) => `reported: ${code}: ${message}`),
    ...(entries.length === 0 && process ? [`→ ${stateOf(process.value, process.status)}`] : []),
  ];
  return `${indented(`${at + 1}. +${span(from - begun)} ${title}`)}\n${indented(body.join('\n'), '       ')}`;
}

/** An outcome in words. */
export function outcomeText({ outcome, reason, error }: Seen['taken']): string {
  const why = error ? `${error.code}: ${error.message}` : reason;
  if (outcome === 'idle') return 'nothing was due';
  return why ? `${outcome}: ${why}` : outcome;
}

// These are what the step itself says.
const SELF: readonly string[] = ['start', 'event', 'answer', 'cancel', 'redrive', 'migrate'];

function entryText(
  { at, input, after, effects, error }: JournalEntry,
  { from, taken }: Seen,
  begun: number,
  published: readonly CloudEvent[],
): string {
  const { kind, detail = '', event } = input;
  const command = published.find(({ id }) => id === detail)?.type;
  const isEarly = kind === 'event' && event?.id !== taken.event?.id;
  const what = isEarly
    ? `the early event ${event?.type} is taken`
    : SELF.includes(kind)
      ? ''
      : `${kind} ${command ? `${command} (${detail})` : detail}`.trimEnd();
  const state = error ? '' : `→ ${stateOf(after.value, after.status)}`;
  const head = [at === from ? '' : `+${span(at - begun)}`, what, state].filter((word) => word !== '');
  return [head.join(' '), ...effects.map(({ type, data }) => `⇢ ${type} ${inline(data)}`.trimEnd())].join(
    '\n',
  );
}

function stateOf(value: unknown, status: string): string {
  const ended: Partial<Record<string, string>> = {
    done: ' (done)',
    error: ' (ended in error)',
    cancelled: ' (cancelled)',
  };
  return `${stateText(value)}${ended[status] ?? ''}`;
}

/** Whether a step with this outcome has gone through. */
export function wentThrough(outcome: OutcomeStatus | 'idle', repeats: boolean): boolean {
  return (
    outcome === 'applied' ||
    outcome === 'buffered' ||
    outcome === 'idle' ||
    (repeats && outcome === 'duplicate')
  );
}
