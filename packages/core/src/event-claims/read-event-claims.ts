import type { CloudEvent } from '../cloud-event.ts';
import { XorcaError } from '../errors.ts';
import { noTimeLeft } from '../handle.ts';
import { mapLimit } from '../map-limit.ts';
import { assertOptions } from '../options.ts';
import type { Outcome } from '../outcome.ts';
import type { Clock } from '../ports.ts';
import type { ObjectStorage } from '../stores/object-storage.ts';
import type { CallOptions } from '../wake.ts';
import { claimedEvent, eventOf, type Fetched, fetchData } from './claimed-event.ts';
import { passThrough } from './pass-through.ts';
import { sortDeliveries } from './sort-deliveries.ts';

/** Options of `readEventClaims`. */
export interface ReadEventClaimOptions {
  /** The storage that `withEventClaims` of the senders writes to. */
  readonly objects: ObjectStorage;
  /** The same as in `withEventClaims`. Default: none. */
  readonly prefix?: string;
  /** Larger data is rejected unread. Default 16,777,216 bytes (16 MiB), what `withEventClaims` writes. */
  readonly maxBytes?: number;
  /** Default: the system's clock. Tells whether a call's `deadlineAt` is over. */
  readonly clock?: Clock;
}

/** What takes events: a `Runner`, a `FleetRunner`. */
export interface EventHandler {
  handle(events: readonly unknown[], options?: CallOptions): Promise<readonly Outcome[]>;
  /** Says which process an event is for. Default: its subject. */
  readonly orchestrator?: { processId(event: CloudEvent): string };
}

const OPTIONS: readonly (keyof ReadEventClaimOptions)[] = ['objects', 'prefix', 'maxBytes', 'clock'];
// As in `withEventClaims`: each may be megabytes.
const READS_AT_ONCE = 4;

/**
 * A runner that gives events their data back which `withEventClaims` put into an object storage, before it handles them. Everything else,
 * a foreign `dataref` too, passes as it came, in the same call. An outcome's `event` is the one that was delivered, without that data.
 *
 * Data is read only by a `dataref` of the exact form that `withEventClaims` writes, verified by length and SHA-256, and given only to the
 * event it was written for. An event whose data is gone or damaged is `rejected` (`XORCA_CORRUPT_RECORD`), as is one with a forged
 * reference or more than `maxBytes` (`XORCA_INVALID_EVENT`). While the storage does not answer, an event is `failed`
 * (`XORCA_UNAVAILABLE`), and so are those of its process after it (`XORCA_ORDER`). `XORCA_CONFIG` for an unfit option.
 *
 * @example
 * const runner = readEventClaims(createRunner(summary, platform, { maxEventBytes: 16 * 1024 * 1024 }), { objects: bucket })
 */
export function readEventClaims<Handler extends EventHandler>(
  handler: Handler,
  options: ReadEventClaimOptions,
): Handler {
  assertOptions(options, OPTIONS, 'readEventClaims');
  const { objects, prefix = '', maxBytes = 16 * 1024 * 1024, clock = Date } = options;
  if (typeof objects?.get !== 'function') {
    throw new XorcaError('XORCA_CONFIG', 'readEventClaims needs objects: the object storage with the data.');
  }
  if (!(maxBytes > 0)) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `maxBytes of readEventClaims must be a number of bytes, not ${maxBytes}.`,
    );
  }

  async function fetch(event: CloudEvent, deadlineAt: number): Promise<Fetched> {
    if (clock.now() >= deadlineAt) return { error: noTimeLeft(processOf(event)) };
    return fetchData(event, { objects, prefix, maxBytes });
  }

  function processOf(event: CloudEvent): string {
    return handler.orchestrator?.processId(event) ?? (event.subject as string);
  }

  async function handle(events: readonly unknown[], call: CallOptions = {}): Promise<readonly Outcome[]> {
    const claimed = events.map((raw) => claimedEvent(raw, maxBytes));
    if (claimed.every((event) => event === undefined)) return handler.handle(events, call);

    const { deadlineAt = Number.POSITIVE_INFINITY } = call;
    const fetched = await mapLimit(
      claimed,
      READS_AT_ONCE,
      async (event) => event && fetch(event, deadlineAt),
    );
    const fails = fetched.some((one) => one?.error?.retryable);
    const { passed, outcomes } = sortDeliveries(
      events.map((raw, at) => {
        // Whose a plain event is matters only where one must wait for another: no text is parsed for it otherwise.
        const event = claimed[at] ?? (fails ? eventOf(raw, maxBytes) : undefined);
        return { raw, event, processId: event && processOf(event), fetched: fetched[at] };
      }),
    );

    const handled = new Map(outcomes);
    const all = passed.map(({ event }) => event);
    const inner = all.length === 0 ? [] : await handler.handle(all, call);
    for (const [place, { at }] of passed.entries()) {
      const outcome = inner[place] as Outcome;
      const event = claimed[at];
      // Without its data: whoever logs outcomes or keeps rejected events needs no megabytes.
      handled.set(at, event && outcome.event ? { ...outcome, event } : outcome);
    }
    return events.map((_, at) => handled.get(at) as Outcome);
  }

  return passThrough(handler, { handle } as Partial<Handler>);
}
