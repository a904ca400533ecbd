import type { CloudEvent } from '../cloud-event.ts';
import type { XorcaError } from '../errors.ts';

/** Where a delivery came from, as far as its trigger says so. */
export interface Origin {
  /** The trigger that it came by: `sqs`, `serviceBus`, `http`, `wake`. */
  readonly trigger: string;
  /** Where the trigger gives messages one. */
  readonly messageId?: string;
  /** How often it has been delivered, this time included. */
  readonly receiveCount?: number;
}

/** One line of the log: what was not taken, and why. It never holds an event's data. */
export interface LogEntry extends Partial<Origin> {
  /** `error` wants somebody; `warn` comes again by itself, or somebody else was told. */
  readonly level: 'warn' | 'error';
  readonly message: string;
  /** Of the error: `docs/errors` says what to do. */
  readonly code: string;
  readonly processId?: string;
  readonly eventId?: string;
  readonly eventType?: string;
  readonly eventSource?: string;
}

/** Writes an entry as one line of JSON, which CloudWatch and Application Insights read field by field. */
export function consoleLog(entry: LogEntry): void {
  console[entry.level](JSON.stringify(entry));
}

/** What is known of a delivery that was not taken. */
export interface Trouble {
  readonly level: LogEntry['level'];
  readonly error: XorcaError;
  /** As far as it could be read. */
  readonly event?: CloudEvent | undefined;
  /** Where neither error nor event says it. */
  readonly processId?: string;
  readonly origin?: Origin;
  /** What becomes of it, as a sentence. */
  readonly next: string;
}

/** The entry about a delivery. */
export function logEntry({ level, error, event, processId, origin, next }: Trouble): LogEntry {
  const { id, type, source, subject }: Record<string, unknown> = event ?? {};
  const texts = {
    processId: shortened(processId ?? error.processId ?? subject),
    eventId: shortened(id),
    eventType: shortened(type),
    eventSource: shortened(source),
  };
  const known = Object.entries(texts).filter(([, text]) => text !== undefined);
  return {
    level,
    message: `${error.message} ${next}`,
    code: error.code,
    ...origin,
    ...Object.fromEntries(known),
  };
}

// Whoever sends broken events must not fill the log: ids of ours are shorter.
const LONGEST = 200;

function shortened(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  return value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value;
}
