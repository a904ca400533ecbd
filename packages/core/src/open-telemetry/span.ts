import { type Attributes, type Span, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import { messageOf } from '../errors.ts';
import type { Activity, ActivityEnd } from '../telemetry.ts';
import { endOf, errorType, startOf } from './attributes.ts';
import type { Place } from './place.ts';

const KINDS: Partial<Record<Activity['kind'], SpanKind>> = {
  handle: SpanKind.CONSUMER,
  command: SpanKind.CONSUMER,
  publish: SpanKind.PRODUCER,
};

/** The span of an activity, in its place. */
export function startSpan(tracer: Tracer, activity: Activity, place: Place, attributes: Attributes): Span {
  return tracer.startSpan(
    `xorca.${activity.kind}`,
    {
      kind: KINDS[activity.kind] ?? SpanKind.INTERNAL,
      attributes: { ...attributes, ...startOf(activity) },
      links: [...place.links],
    },
    place.context,
  );
}

/** Ends it. A lost race is no error: the next try is under way. */
export function finish(span: Span, end: ActivityEnd, withMessage: boolean): void {
  const { error } = end;
  span.setAttributes(endOf(end));
  if (error !== undefined && end.outcome !== 'conflict') {
    const name = errorType(error);
    const message = withMessage ? messageOf(error) : name;
    span.recordException({ name, message });
    span.setStatus({ code: SpanStatusCode.ERROR, message });
  }
  span.end();
}
