import { messageOf, type XorcaError } from '../errors.ts';
import type { Outcome } from '../outcome.ts';
import type { WakeResult } from '../wake.ts';
import type { Delivered } from './delivered.ts';
import { deliveryText } from './delivery-text.ts';
import type { Origin } from './log-entry.ts';
import { wakeDue, wakeNamed } from './wake-due.ts';
import { asXorcaError, type Work } from './work.ts';

/** Something that a trigger brought. */
export interface Delivery {
  /** A text, or what was parsed of it. */
  readonly body: unknown;
  readonly origin: Origin;
}

/** What became of a delivery; `error` where it was not taken. */
export type Result =
  | { readonly kind: 'settled' }
  | { readonly kind: 'failed' | 'rejected'; readonly error: XorcaError; readonly event?: Outcome['event'] };

const SETTLED: Result = { kind: 'settled' };

/** Takes envelopes off and leads the events through the runner, then wakes who is to be woken. One result each, in their order. */
export async function settle(
  work: Work,
  deliveries: readonly Delivery[],
  deadlineAt: number,
): Promise<readonly Result[]> {
  const read = deliveries.map(({ body }) => work.read(body));
  const results: Result[] = new Array(read.length).fill(SETTLED);
  await settleEvents(work, read, results, deadlineAt);
  for (const [at, one] of read.entries()) {
    if (one.kind !== 'broken') continue;
    results[at] = { kind: 'rejected', error: one.error };
    await work.tell({ status: 'rejected', error: one.error, effects: [] });
  }
  // After the events: a process that one of them moved has nothing left that is due.
  await settleWakes(work, read, results, deadlineAt);
  return results;
}

async function settleEvents(
  work: Work,
  read: readonly Delivered[],
  results: Result[],
  deadlineAt: number,
): Promise<void> {
  const places: number[] = [];
  const events: unknown[] = [];
  for (const [at, one] of read.entries()) {
    if (one.kind !== 'event') continue;
    places.push(at);
    events.push(one.event);
  }
  const outcomes = await work.handle(events, deadlineAt);
  for (const [n, at] of places.entries()) results[at] = resultOf(outcomes[n] as Outcome);
}

async function settleWakes(
  work: Work,
  read: readonly Delivered[],
  results: Result[],
  deadlineAt: number,
): Promise<void> {
  const ids = new Map<number, string>();
  const beats: number[] = [];
  let wait = 0;
  for (const [at, one] of read.entries()) {
    if (one.kind !== 'wake') continue;
    const early = work.scheduler && one.at !== undefined ? one.at - work.now() : 0;
    if (one.id === undefined) beats.push(at);
    else if (early > SOON_MS) results[at] = await sendOn(work, one.id, early, deadlineAt);
    else {
      ids.set(at, one.id);
      wait = Math.max(wait, early);
    }
  }
  if (wait > 0) await work.pause(wait, deadlineAt);
  if (ids.size > 0) {
    const failed = await failuresOf([...ids.values()], () => wakeNamed(work, [...ids.values()], deadlineAt));
    for (const [at, id] of ids) {
      const error = failed.get(id);
      if (error) results[at] = { kind: 'failed', error };
    }
  }
  if (beats.length > 0) {
    // One wake does for all of them, and what it has no time for is the next one's.
    const failed = await failuresOf([''], async () => void (await wakeDue(work, deadlineAt)));
    const error = failed.get('');
    if (error) for (const at of beats) results[at] = { kind: 'failed', error };
  }
}

// A queue whose clock is ahead of ours brings a wake early by the difference, and brings it at once when it is sent on: waiting is cheaper.
const SOON_MS = 5_000;
// Earlier than that, the clocks are not the reason.
const SKEW_MS = 60_000;

/**
 * Asks once more for a wake that came before its time, as one does that waits longer than its queue can hide it. Its process has nothing to
 * do yet, and nobody else would ask. Where the clocks may be the reason it is slow, for it may come back at once.
 */
async function sendOn(work: Work, id: string, early: number, deadlineAt: number): Promise<Result> {
  const at = work.now() + early;
  try {
    if (early < SKEW_MS) await work.pause(SOON_MS, deadlineAt);
    await work.scheduler?.wake(id, at);
    return SETTLED;
  } catch (thrown) {
    return {
      kind: 'failed',
      error: asXorcaError(thrown, 'A wake that came early could not be sent on its way'),
    };
  }
}

/** The errors of a wake by process; of all of them when it threw. */
async function failuresOf(
  ids: readonly string[],
  wake: () => Promise<WakeResult['failed'] | undefined>,
): Promise<ReadonlyMap<string, XorcaError>> {
  try {
    return new Map((await wake())?.map(({ id, error }) => [id, error]));
  } catch (thrown) {
    const error = asXorcaError(thrown, 'A wake failed');
    return new Map(ids.map((id) => [id, error]));
  }
}

function resultOf({ status, error, event }: Outcome): Result {
  if (status !== 'failed' && status !== 'rejected') return SETTLED;
  const fault = error ?? asXorcaError('it gave no reason', `An event was ${status}`);
  return { kind: status, error: fault, event };
}

/**
 * Puts aside what can never be taken, if the user gave a place for it, and logs what was not taken. Gives which deliveries must come
 * again. `isHeld`: must come again whatever its result, since one before it does.
 */
export async function conclude(
  work: Work,
  deliveries: readonly Delivery[],
  results: readonly Result[],
  isHeld: readonly boolean[] = [],
): Promise<readonly boolean[]> {
  return Promise.all(
    deliveries.map(async (delivery, at) => {
      const result = results[at] ?? SETTLED;
      if (isHeld[at]) return true;
      if (result.kind === 'settled') return false;
      const trouble = { error: result.error, event: result.event, origin: delivery.origin };
      if (result.kind === 'failed') {
        // Of those behind a failed event of their process the log needs no line each.
        const isTold = result.error.code === 'XORCA_ORDER';
        if (!isTold) work.warn({ ...trouble, level: 'warn', next: 'It is given back and comes again.' });
        return true;
      }
      if (!work.deadLetters) {
        const next =
          'It can never be taken: it is given back, so that its trigger puts it aside after its last try.';
        work.warn({ ...trouble, level: 'error', next });
        return true;
      }
      return !(await putAside(work, work.deadLetters, delivery, result));
    }),
  );
}

async function putAside(
  work: Work,
  deadLetters: NonNullable<Work['deadLetters']>,
  { body, origin }: Delivery,
  { error, event }: Exclude<Result, { kind: 'settled' }>,
): Promise<boolean> {
  const trouble = { error, event, origin };
  const { trigger, messageId } = origin;
  try {
    await deadLetters({
      body: deliveryText(body),
      error,
      trigger,
      ...(event ? { event } : {}),
      ...(messageId === undefined ? {} : { messageId }),
    });
    const next = 'It can never be taken: it was put aside by deadLetters and does not come again.';
    work.warn({ ...trouble, level: 'warn', next });
    return true;
  } catch (thrown) {
    const next = `It can never be taken, and deadLetters of ${work.where} failed (${messageOf(thrown)}): it is given back.`;
    work.warn({ ...trouble, level: 'error', next });
    return false;
  }
}
