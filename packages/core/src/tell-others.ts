import type { Plan } from './advance.ts';
import { type CloudEvent, describeEvent } from './cloud-event.ts';
import { messageOf, XorcaError } from './errors.ts';
import type { HintBook } from './hint-book.ts';
import type { StoredProcess } from './ports.ts';
import type { ProcessEnvironment } from './process-runner.ts';
import type { SavedProcess } from './settle.ts';

/** What came of the way up to and including the save. */
export interface Committed {
  readonly plan: Plan;
  /** How many tries were lost before. */
  readonly attempt: number;
  readonly saved?: SavedProcess;
  readonly before: StoredProcess | undefined;
}

/** Journal, scheduler and `onSnapshot` hear of a save. What they throw is reported and spoils nothing. */
export async function tellOthers(
  env: ProcessEnvironment,
  hints: HintBook,
  id: string,
  { plan, saved, before, attempt }: Committed,
  wakeAt: number | null,
): Promise<void> {
  for (const warning of plan.warnings) env.report(warning);
  for (const { event } of saved ? plan.expired : []) env.report(expiredEvent(id, event));
  if (!saved) return;
  const { journal, scheduler } = env;
  if (journal && plan.steps.length > 0) {
    const { revision } = saved.record;
    const entries = plan.steps.map((one, step) => ({ ...one, revision, step, attempt: attempt + 1 }));
    await quietly(env, id, 'its journal', () => journal.append(id, entries));
  }
  const at = scheduler && hints.wanted(id, wakeAt, before);
  if (at !== undefined) {
    await quietly(env, id, 'its scheduler', async () => {
      await scheduler?.wake(id, at);
      hints.asked(id, at);
    });
  }
  const { view } = plan;
  if (env.onSnapshot && view) await quietly(env, id, 'onSnapshot', () => env.onSnapshot?.(id, view));
}

/** Calls what spoils nothing when it fails: then it is reported. */
export async function quietly(
  env: ProcessEnvironment,
  id: string,
  what: string,
  call: () => unknown,
): Promise<void> {
  try {
    await call();
  } catch (cause) {
    env.report(
      new XorcaError(
        'XORCA_UNAVAILABLE',
        `${what} failed for process ${JSON.stringify(id)}, which goes on without it: ${messageOf(cause)}`,
        { processId: id, cause },
      ),
    );
  }
}

function expiredEvent(id: string, event: CloudEvent): XorcaError {
  return new XorcaError(
    'XORCA_BUFFER_EXPIRED',
    `No state of process ${JSON.stringify(id)} took ${describeEvent(event)} in the time it was kept for; it was dropped.`,
    { processId: id },
  );
}
