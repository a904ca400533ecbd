import { isXorcaError, messageOf, XorcaError } from '../errors.ts';
import { mapLimit } from '../map-limit.ts';
import type { ProcessStore } from '../ports.ts';
import type { WakeResult } from '../wake.ts';
import { ownerOf } from './answer-record.ts';

export interface ForgetOptions {
  readonly fleet: string;
  readonly store: ProcessStore;
  readonly concurrency: number;
  readonly now: () => number;
}

// As many as a runner's wake takes by default.
const LIMIT = 100;
// Due records of others (a process on the same store, one that cannot be loaded) are looked at once a minute, not by every wake.
const REST_MS = 60_000;

/** Makes the function that deletes the answers of a fleet that were kept long enough; `woken` counts them. */
export function forgetAnswers(options: ForgetOptions): (deadlineAt: number) => Promise<WakeResult> {
  const { store, now } = options;
  const resting = new Map<string, number>();

  async function forget(id: string): Promise<boolean> {
    const record = (await store.load(id))?.record;
    const isOver =
      record?.orchestrator === ownerOf(options.fleet) && record.wakeAt !== null && record.wakeAt <= now();
    if (isOver) await store.delete?.(id);
    else resting.set(id, now() + REST_MS);
    return isOver;
  }

  return async (deadlineAt) => {
    const start = now();
    for (const [id, until] of resting) if (until <= start) resting.delete(id);
    // Those that rest stay first in the index; asking for so many more keeps them from hiding the others.
    const due = await store.due(start, LIMIT + resting.size);
    const ids = due.filter((id) => !resting.has(id)).slice(0, LIMIT);
    const failed: Array<{ id: string; error: XorcaError }> = [];
    let woken = 0;
    await mapLimit(ids, options.concurrency, async (id) => {
      if (now() >= deadlineAt) return;
      try {
        if (await forget(id)) woken++;
      } catch (thrown) {
        resting.set(id, start + REST_MS);
        failed.push({ id, error: errorOf(thrown, id) });
      }
    });
    return { woken, resent: 0, failed, more: due.length >= LIMIT };
  };
}

function errorOf(thrown: unknown, id: string): XorcaError {
  if (isXorcaError(thrown)) return thrown;
  return new XorcaError('XORCA_UNAVAILABLE', `The answer ${id} could not be deleted: ${messageOf(thrown)}`, {
    processId: id,
    retryable: true,
    cause: thrown,
  });
}
