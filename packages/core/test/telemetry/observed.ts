import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
  type TracerProviderOptions,
} from '@opentelemetry/sdk-trace';
import type { CloudEvent } from '../../src/index.ts';
import { type OpenTelemetryOptions, openTelemetry } from '../../src/open-telemetry.ts';

// One for all tests of a file: the API takes no second.
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

/** A point of a metric: a sum's or gauge's number, a histogram's count. */
interface Point {
  readonly attributes: object;
  readonly value: number;
}

/** Telemetry on the real SDK, and what came of it. */
export function observed(options: OpenTelemetryOptions & Pick<TracerProviderOptions, 'sampler'> = {}) {
  const { sampler, ...more } = options;
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new TracerProvider({
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
    ...(sampler ? { sampler } : {}),
  });
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({
    exporter: metricExporter,
    exportIntervalMillis: 2 ** 30,
  });
  const meterProvider = new MeterProvider({ readers: [reader] });
  const telemetry = openTelemetry({ tracerProvider, meterProvider, ...more });
  return {
    telemetry,
    tracer: tracerProvider.getTracer('test'),
    /** All spans that have ended, or those of a name. */
    spans: (name?: string) =>
      exporter.getFinishedSpans().filter((span) => name === undefined || span.name === name),
    /** The only span of a name. */
    span(name: string): ReadableSpan {
      const [span, ...others] = exporter.getFinishedSpans().filter((found) => found.name === name);
      if (!span || others.length > 0) throw new Error(`${span ? others.length + 1 : 'no'} spans ${name}`);
      return span;
    },
    forget: () => exporter.reset(),
    /** The points of a metric by now. */
    async points(name: string): Promise<readonly Point[]> {
      await reader.forceFlush();
      const metric = metricExporter
        .getMetrics()
        .at(-1)
        ?.scopeMetrics.flatMap(({ metrics }) => metrics)
        .find(({ descriptor }) => descriptor.name === name);
      return (metric?.dataPoints ?? []).map(({ attributes, value }) => ({
        attributes,
        value: typeof value === 'number' ? value : value.count,
      }));
    },
  };
}

/** The traceparent of a span, as its events carry it. */
export function traceparentOf(span: ReadableSpan): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-0${traceFlags}`;
}

export const traceIdOf = (event: CloudEvent) => String(event['traceparent']).split('-')[1];
export const spanIdOf = (event: CloudEvent) => String(event['traceparent']).split('-')[2];

/** A traceparent made of one letter. */
export const remote = (letter: string) => `00-${letter.repeat(32)}-${letter.repeat(16)}-01`;
