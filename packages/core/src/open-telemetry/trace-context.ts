import { createTraceState, isSpanContextValid, type SpanContext, TraceFlags } from '@opentelemetry/api';
import type { Trace } from '../record.ts';

// W3C Trace Context: a newer version may go on after the flags; `ff` is none.
const TRACEPARENT =
  /^(?!ff)(?<version>[0-9a-f]{2})-(?<traceId>[0-9a-f]{32})-(?<spanId>[0-9a-f]{16})-(?<flags>[0-9a-f]{2})(?<more>-.*)?$/;

/** The span that an event's trace names; undefined without one, or with one that is malformed. */
export function spanContextOf(trace: Trace | undefined): SpanContext | undefined {
  const parts = TRACEPARENT.exec(trace?.traceparent ?? '')?.groups;
  if (!parts || (parts['version'] === '00' && parts['more'] !== undefined)) return undefined;
  const context: SpanContext = {
    traceId: parts['traceId'] as string,
    spanId: parts['spanId'] as string,
    traceFlags: Number.parseInt(parts['flags'] as string, 16),
    isRemote: true,
    ...(trace?.tracestate ? { traceState: createTraceState(trace.tracestate) } : {}),
  };
  return isSpanContextValid(context) ? context : undefined;
}

/** What events caused by a span carry; undefined where nobody traces. */
export function traceOfSpan(context: SpanContext): Trace | undefined {
  if (!isSpanContextValid(context)) return undefined;
  const flags = (context.traceFlags & 0xff).toString(16).padStart(2, '0');
  const traceparent = `00-${context.traceId}-${context.spanId}-${flags}`;
  const tracestate = context.traceState?.serialize();
  return tracestate ? { traceparent, tracestate } : { traceparent };
}

/** Whether a span that was found as the current one still is: one that has ended stays current in what it left running. */
export function isLive(span: { isRecording(): boolean; spanContext(): SpanContext }): boolean {
  const context = span.spanContext();
  if (!isSpanContextValid(context)) return false;
  const isSampled = (context.traceFlags & TraceFlags.SAMPLED) !== 0;
  return span.isRecording() || context.isRemote === true || !isSampled;
}
