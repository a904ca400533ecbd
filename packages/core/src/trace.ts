import type { CloudEvent } from './cloud-event.ts';
import type { Trace } from './record.ts';

/** The W3C trace context an event carries, as the extensions that carry it; undefined without one. */
export function traceOf(event: CloudEvent): Trace | undefined {
  const { traceparent, tracestate } = event as { traceparent?: unknown; tracestate?: unknown };
  if (typeof traceparent !== 'string') return undefined;
  return typeof tracestate === 'string' ? { traceparent, tracestate } : { traceparent };
}

/** The event with another trace than its own. */
export function withTrace(event: CloudEvent, trace: Trace): CloudEvent {
  const { tracestate: _, ...rest } = event;
  return { ...rest, ...trace } as CloudEvent;
}
