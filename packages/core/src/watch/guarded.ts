import { messageOf, XorcaError } from '../errors.ts';
import type { Trace } from '../record.ts';
import type { Telemetry, TelemetrySpan } from '../telemetry.ts';

/** The same telemetry, which can neither throw nor put into events what is no trace. Its first failure is reported. */
export function guarded(telemetry: Telemetry, report: (error: XorcaError) => void): Telemetry {
  let isReported = false;

  function failed(cause: unknown): void {
    if (isReported) return;
    isReported = true;
    const what = `The telemetry failed; everything goes on without what it missed, and this is said only once: ${messageOf(cause)}`;
    try {
      report(new XorcaError('XORCA_UNAVAILABLE', what, { cause }));
    } catch {
      // Nobody is left to tell.
    }
  }

  function quietly(call: () => void): void {
    try {
      call();
    } catch (cause) {
      failed(cause);
    }
  }

  function open(begin: () => TelemetrySpan): TelemetrySpan {
    let span: TelemetrySpan;
    let trace: Trace | undefined;
    try {
      span = begin();
      trace = sound(span.trace);
    } catch (cause) {
      failed(cause);
      return SILENT;
    }
    return {
      ...(trace ? { trace } : {}),
      begin: (part) => open(() => span.begin(part)),
      within: (work) => once(work, (run) => quietly(() => span.within(run))),
      end: (end) => quietly(() => span.end(end)),
    };
  }

  return {
    begin: (activity) => open(() => telemetry.begin(activity)),
    due: (found) => quietly(() => telemetry.due?.(found)),
  };
}

const SILENT: TelemetrySpan = {
  begin: () => SILENT,
  within: (work) => work(),
  end() {},
};

/** Calls `work` exactly once and at once, whether or not the other calls what it is given; its answer, or what it throws, is its own. */
function once<Result>(work: () => Result, inside: (run: () => void) => void): Result {
  let done: { readonly result: Result } | { readonly thrown: unknown } | undefined;
  inside(() => {
    done ??= outcome(work);
  });
  done ??= outcome(work);
  if ('thrown' in done) throw done.thrown;
  return done.result;
}

function outcome<Result>(work: () => Result): { readonly result: Result } | { readonly thrown: unknown } {
  try {
    return { result: work() };
  } catch (thrown) {
    return { thrown };
  }
}

// A header's text. 512 is the most that W3C Trace Context asks anybody to hand on.
const TEXT = /^[\x20-\x7e]{1,512}$/;

function sound(trace: Trace | undefined): Trace | undefined {
  const { traceparent, tracestate } = trace ?? {};
  if (typeof traceparent !== 'string' || !TEXT.test(traceparent)) return undefined;
  const hasState = typeof tracestate === 'string' && TEXT.test(tracestate);
  return hasState ? { traceparent, tracestate } : { traceparent };
}

/** The telemetry that an option names; `XORCA_CONFIG` when it is none. */
export function telemetryOf(telemetry: Telemetry, where: string): Telemetry {
  if (typeof telemetry.begin === 'function') return telemetry;
  throw new XorcaError(
    'XORCA_CONFIG',
    `telemetry of ${where} has no begin(activity): give openTelemetry() of @xorca/core/telemetry.`,
  );
}
