import { type Context, context, type Link, type SpanContext, trace } from '@opentelemetry/api';
import type { EventFacts, PartActivity, WholeActivity } from '../telemetry.ts';
import { isLive, spanContextOf } from './trace-context.ts';

/** Where a span belongs: the context of its parent, and what else it has to do with. */
export interface Place {
  readonly context: Context;
  readonly links: readonly Link[];
  /** The event's span that is the parent, where one is. */
  readonly remote: SpanContext | undefined;
}

// As many as the SDK keeps by default.
const MAX_LINKS = 128;

/** The place of an activity that is part of no other. */
export function placeOf({ kind, events }: WholeActivity): Place {
  const ambient = ambientContext();
  const caller = trace.getSpanContext(ambient);
  if (kind !== 'handle' && kind !== 'command') return { context: ambient, links: [], remote: undefined };
  const causes = distinct(events);
  const [cause] = causes;
  const isOne = causes.length === 1 && events.every((event) => spanContextOf(event.trace) !== undefined);
  // Several events of different traces have no parent in common: each is a link, and their steps go to their own traces.
  if (!cause || !isOne) return { context: ambient, links: causes.map(linkTo), remote: undefined };
  return {
    context: trace.setSpanContext(ambient, cause),
    links: caller ? [linkTo(caller)] : [],
    remote: cause,
  };
}

/** The place of a part. A step belongs to the trace of what brought it about, whatever else its run serves. */
export function placeWithin(parent: Context, remote: SpanContext | undefined, part: PartActivity): Place {
  if (part.kind === 'publish') {
    return { context: parent, links: distinct(part.events).map(linkTo), remote };
  }
  if (part.kind !== 'step') return { context: parent, links: [], remote };
  const cause = spanContextOf(part.events[0]?.trace) ?? spanContextOf(part.processTrace);
  if (!cause || (remote && isSame(cause, remote))) return { context: parent, links: [], remote };
  const run = trace.getSpanContext(parent);
  return {
    context: trace.setSpanContext(parent, cause),
    links: run ? [linkTo(run)] : [],
    remote: cause,
  };
}

/** The current context, without a span that is over. */
function ambientContext(): Context {
  const active = context.active();
  const span = trace.getSpan(active);
  return span && !isLive(span) ? trace.deleteSpan(active) : active;
}

function distinct(events: readonly EventFacts[]): readonly SpanContext[] {
  const found = new Map<string, SpanContext>();
  for (const event of events) {
    const cause = spanContextOf(event.trace);
    if (cause && found.size < MAX_LINKS) found.set(`${cause.traceId}-${cause.spanId}`, cause);
  }
  return [...found.values()];
}

function linkTo(context: SpanContext): Link {
  return { context };
}

function isSame(a: SpanContext, b: SpanContext): boolean {
  return a.traceId === b.traceId && a.spanId === b.spanId;
}
