import type { XorcaError } from './errors.ts';
import { handleAll, startOf } from './handle.ts';
import { mapLimit } from './map-limit.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { Outcome } from './outcome.ts';
import type { ListQuery, Page, Platform, ProcessSummary } from './ports.ts';
import { type ProcessDetails, processDetails } from './process-details.ts';
import { assertProcessId } from './process-id.ts';
import { createProcessRunner } from './process-runner.ts';
import { type RunnerOptions, resolveSettings } from './runner-options.ts';

/** Bounds of one call. */
export interface CallOptions {
  /** Epoch ms by which to stop: what is not done then comes back as `failed`. Default: none. */
  readonly deadlineAt?: number;
}

/** What a wake did. */
export interface WakeResult {
  /** Processes that were due here. */
  readonly woken: number;
  /** Events sent again. */
  readonly resent: number;
  /** Processes that could not be woken, with the reason. They are tried again by later wakes. */
  readonly failed: ReadonlyArray<{ readonly id: string; readonly error: XorcaError }>;
  /** True: more are due than one wake takes. Call again. */
  readonly more: boolean;
}

/** An orchestrator on a platform. */
export interface Runner {
  readonly orchestrator: Orchestrator;
  /**
   * Leads events through their processes; one outcome for each, in their order. Takes CloudEvents or their JSON texts.
   * Never throws for an event's sake.
   */
  handle(events: readonly unknown[], options?: CallOptions): Promise<readonly Outcome[]>;
  /** Starts a process without an event. Doing it twice is harmless: the second is a `duplicate`, or `unhandled` later on. */
  start(start: {
    readonly id: string;
    readonly input?: unknown;
    readonly version?: string;
  }): Promise<Outcome>;
  /** Fires due timers and sends unconfirmed events again. Call it every minute or so: the only clock a process has. */
  wake(options?: CallOptions): Promise<WakeResult>;
  /** A process as people want to see it, or undefined. */
  get(id: string): Promise<ProcessDetails | undefined>;
  list(query?: ListQuery): Promise<Page<ProcessSummary>>;
}

/**
 * Puts an orchestrator on a platform. `XORCA_CONFIG` for an unknown or unfit option.
 *
 * @example
 * const runner = createRunner(summary, { store: memoryStore(), publisher: memoryPublisher() })
 * const outcomes = await runner.handle(events)
 */
export function createRunner(
  orchestrator: Orchestrator,
  platform: Platform,
  options: RunnerOptions = {},
): Runner {
  const settings = resolveSettings(orchestrator, platform, options);
  const processes = createProcessRunner(settings);
  const resting = new Map<string, number>();

  return {
    orchestrator,
    async handle(events, { deadlineAt = Number.POSITIVE_INFINITY } = {}) {
      const { outcomes } = await handleAll(
        settings,
        processes,
        events.map((event) => ({ event })),
        deadlineAt,
      );
      return outcomes;
    },

    async start({ id, input, version }) {
      assertProcessId(id);
      if (version !== undefined) orchestrator.machine(version, id);
      const incoming = startOf(orchestrator, id, input, version, settings.now());
      const { outcomes } = await handleAll(settings, processes, [incoming], Number.POSITIVE_INFINITY);
      return outcomes[0] as Outcome;
    },

    async wake({ deadlineAt = Number.POSITIVE_INFINITY } = {}) {
      const now = settings.now();
      for (const [id, until] of resting) if (until <= now) resting.delete(id);
      // Those that failed lately stay first in the index; asking for so many more keeps them from hiding the others.
      const due = await settings.store.due(now, settings.wakeLimit + resting.size);
      const ids = due.filter((id) => !resting.has(id)).slice(0, settings.wakeLimit);
      const failed: Array<{ id: string; error: XorcaError }> = [];
      let woken = 0;
      let resent = 0;
      await mapLimit(ids, settings.concurrency, async (id) => {
        if (settings.now() >= deadlineAt) return;
        const result = await processes.run(id, [], deadlineAt);
        if (result.changed || result.resent > 0) woken++;
        else if (result.foreign || result.error) resting.set(id, now + REST_MS);
        resent += result.resent;
        if (result.error) failed.push({ id, error: result.error });
      });
      return { woken, resent, failed, more: due.length >= settings.wakeLimit };
    },

    async get(id) {
      assertProcessId(id);
      const stored = await settings.store.load(id);
      return stored && processDetails(stored.record);
    },
    list: (query = {}) => settings.store.list(query),
  };
}

// A due process that could not be moved (corrupt, another orchestrator's) is looked at once a minute, not by every wake.
const REST_MS = 60_000;
