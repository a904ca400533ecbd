import { isXorcaError, XorcaError } from './errors.ts';
import type { ProcessRecord, ProcessStore, Revision, StoredProcess } from './ports.ts';
import { problemOf, unlessSent } from './problem.ts';
import type { Published } from './publish.ts';
import { decodeBody, encodeBody, type RecordBody } from './record.ts';
import { isStuck } from './run/next-record.ts';
import { wakeAtOf } from './wake-at.ts';

/** A record just saved, with what is known of its inside. */
export interface SavedProcess {
  readonly record: ProcessRecord;
  readonly revision: Revision;
  readonly body: RecordBody;
}

// Each try meets another writer of this process; whoever fails so often leaves the rest to the next wake.
const MAX_TRIES = 5;

/**
 * Takes published events off the outbox, by id, on whatever the record is by now. What the bus refuses for good becomes a
 * problem; what may go later is due again after the resend time. Answers the record as it then is, or undefined when it
 * could not be written: the events are then sent once more by a wake.
 */
export async function settle(
  store: ProcessStore,
  saved: SavedProcess,
  published: Published,
  now: number,
  resendAfterMs: number,
): Promise<StoredProcess | undefined> {
  let current: SavedProcess | undefined = saved;
  for (let attempt = 0; attempt < MAX_TRIES && current; attempt++) {
    const body = settled(current.body, published, now);
    if (body === undefined) return current;
    const record: ProcessRecord = {
      ...current.record,
      stuck: isStuck(current.record.status, body),
      revision: current.record.revision + 1,
      wakeAt: wakeAtOf(body, current.record.status, resendAfterMs),
      updatedAt: now,
      body: encodeBody(body),
    };
    try {
      return { record, revision: await store.save(record, current.revision) };
    } catch (error) {
      if (!isXorcaError(error, 'XORCA_CONFLICT')) throw error;
      const fresh = await store.load(record.id);
      current = fresh && { ...fresh, body: decodeBody(fresh.record) };
    }
  }
  return undefined;
}

function settled(body: RecordBody, { confirmed, failed }: Published, now: number): RecordBody | undefined {
  const touched = body.outbox.some(({ event }) => confirmed.has(event.id) || failed.has(event.id));
  if (!touched) return undefined;
  let { problem } = body;
  const outbox = body.outbox.flatMap((entry) => {
    if (confirmed.has(entry.event.id)) return [];
    const failure = failed.get(entry.event.id);
    if (!failure) return [entry];
    if (failure.retryable) return [{ ...entry, at: now }];
    const error = new XorcaError(
      'XORCA_PUBLISH',
      `The bus refuses ${entry.event.type} for good: ${failure.reason}`,
    );
    problem = problemOf(problem, { kind: 'effect', event: entry.event, error, at: now });
    // A problem is one, and may be followed by another's: what the process has decided must not go with it.
    return [{ ...entry, at: now, refused: true as const }];
  });
  const { problem: _, ...rest } = body;
  problem = unlessSent(problem, outbox);
  return { ...rest, outbox, ...(problem ? { problem } : {}) };
}
