import {
  type Attributes,
  context,
  type MeterProvider,
  metrics,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import { assertOptions } from '../options.ts';
import type { Activity, Telemetry, TelemetrySpan } from '../telemetry.ts';
import { ownerOf, processOf } from './attributes.ts';
import { type Instruments, instruments } from './instruments.ts';
import { measure } from './measure.ts';
import { type Place, placeOf, placeWithin } from './place.ts';
import { finish, startSpan } from './span.ts';
import { traceOfSpan } from './trace-context.ts';

/** Where `openTelemetry` sends spans and metrics, and what they say. Unknown names are `XORCA_CONFIG`. */
export interface OpenTelemetryOptions {
  /** Default: the global one. */
  readonly tracerProvider?: TracerProvider;
  /** Default: the global one, as it is when the first activity begins. */
  readonly meterProvider?: MeterProvider;
  /** Said by every span and every metric. In metrics each value costs a series: none that names a process. */
  readonly attributes?: Attributes;
  /** True: spans say the messages of errors, too, which may quote data. Default: only their codes. */
  readonly errorMessages?: boolean;
}

/** Name of the instrumentation scope. */
const SCOPE = '@xorca/core';

/** What all parts of an activity have in common. */
interface Common {
  /** Said by spans and metrics. */
  readonly owner: Attributes;
  /** Said by spans alone. */
  readonly process: Attributes;
}

/**
 * Spans and metrics over OpenTelemetry, for the `telemetry` option of `createRunner` and `createFleetRunner`: one trace leads from
 * the event that starts a process through fleets and child processes to its last. The names of spans and metrics: docs/telemetry.md.
 * Without an SDK nothing is recorded and traces pass through. `XORCA_CONFIG` for unknown options.
 *
 * @example
 * const telemetry = openTelemetry()
 * const runner = createRunner(orchestrator, platform, { telemetry })
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): Telemetry {
  assertOptions(options, ['tracerProvider', 'meterProvider', 'attributes', 'errorMessages'], 'openTelemetry');
  const { tracerProvider = trace.getTracerProvider(), attributes = {}, errorMessages = false } = options;
  const tracer = tracerProvider.getTracer(SCOPE);
  let made: Instruments | undefined;
  // Unlike tracers, meters of before the SDK was set up measure nothing for ever.
  const use = () => (made ??= instruments((options.meterProvider ?? metrics).getMeter(SCOPE)));

  function open(activity: Activity, place: Place, common: Common): TelemetrySpan {
    const since = performance.now();
    const span = startSpan(tracer, activity, place, { ...common.owner, ...common.process });
    const own = trace.setSpan(place.context, span);
    const carried = traceOfSpan(span.spanContext());
    return {
      ...(carried ? { trace: carried } : {}),
      begin: (part) => open(part, placeWithin(own, place.remote, part), common),
      within: (work) => context.with(own, work),
      end(end) {
        finish(span, end, errorMessages);
        measure(use(), { activity, end, seconds: (performance.now() - since) / 1000, owner: common.owner });
      },
    };
  }

  return {
    begin(activity) {
      const owner = { ...attributes, ...ownerOf(activity) };
      return open(activity, placeOf(activity), { owner, process: processOf(activity) });
    },
    due({ orchestrator, due }) {
      use().backlog.record(due, { ...attributes, 'xorca.orchestrator': orchestrator });
    },
  };
}
