import { messageOf, XorcaError } from './errors.ts';
import { noTimeLeft } from './handle.ts';
import { mapLimit } from './map-limit.ts';
import type { ProcessRunner } from './process-runner.ts';
import type { RunnerSettings } from './runner-options.ts';
import type { Waiting } from './wait-for.ts';

/** Bounds of one call. */
export interface CallOptions {
  /** Epoch ms by which to stop: what is not done then comes back as `failed`. Default: none. */
  readonly deadlineAt?: number;
}

/** Bounds of a wake. */
export interface WakeOptions extends CallOptions {
  /**
   * Wakes these processes, due or not, in place of those that the store says are due: for a scheduler's message, which names its process.
   * Default: what is due.
   */
  readonly ids?: readonly string[];
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

// A due process that could not be moved (corrupt, another orchestrator's) is looked at once a minute, not by every wake.
const REST_MS = 60_000;
// Retention is counted in days: an hour more or less is nothing, and looking costs.
const PRUNE_EVERY_MS = 3_600_000;

/** The wake of a runner. */
export function createWake(
  settings: RunnerSettings,
  processes: ProcessRunner,
  room: Waiting,
): (options?: WakeOptions) => Promise<WakeResult> {
  const resting = new Map<string, number>();
  let pruneAt = 0;

  async function dueAt(now: number): Promise<{ readonly ids: readonly string[]; readonly more: boolean }> {
    for (const [id, until] of resting) if (until <= now) resting.delete(id);
    // Those that failed lately stay first in the index; asking for so many more keeps them from hiding the others.
    const due = await settings.store.due(now, settings.wakeLimit + resting.size);
    const ids = due.filter((id) => !resting.has(id)).slice(0, settings.wakeLimit);
    const more = due.length >= settings.wakeLimit;
    settings.telemetry?.due?.({ orchestrator: settings.orchestrator.name, due: ids.length, more });
    return { ids, more };
  }

  // A journal drops what is over its retention when somebody asks it to.
  async function prune(now: number): Promise<void> {
    const { journal } = settings;
    if (!journal?.prune || now < pruneAt) return;
    pruneAt = now + PRUNE_EVERY_MS;
    try {
      await journal.prune(now);
    } catch (cause) {
      const message = `The journal could not drop what is over its retention: ${messageOf(cause)}. It is tried again in an hour.`;
      settings.report(new XorcaError('XORCA_UNAVAILABLE', message, { cause }));
    }
  }

  return async ({ deadlineAt = Number.POSITIVE_INFINITY, ids: named } = {}) => {
    const now = settings.now();
    const { ids, more } = named ? { ids: [...new Set(named)], more: false } : await dueAt(now);
    const failed: Array<{ id: string; error: XorcaError }> = [];
    let woken = 0;
    let resent = 0;
    await mapLimit(ids, settings.concurrency, async (id) => {
      if (settings.now() >= deadlineAt) {
        // Whoever named it must hear that it was not woken; the index names the others again.
        if (named) failed.push({ id, error: noTimeLeft(id) });
        return;
      }
      const result = await processes.run(id, { deliveries: [] }, deadlineAt);
      if (result.changed) room.tell(id);
      if (result.changed || result.resent > 0) woken++;
      else if (!named && (result.foreign || result.error)) resting.set(id, now + REST_MS);
      resent += result.resent;
      if (result.error) failed.push({ id, error: result.error });
    });
    if (!named) await prune(now);
    return { woken, resent, failed, more };
  };
}
