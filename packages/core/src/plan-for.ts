import { type AdvanceSettings, advance, advancePromises, type Plan, type Work } from './advance.ts';
import type { Outcome } from './outcome.ts';
import type { StoredProcess } from './ports.ts';
import { hasContract, validateDeliveries } from './validate.ts';

/** All that planning needs. */
export interface PlanSettings extends AdvanceSettings {
  /** How long promises of a machine may take in one call, in ms. */
  readonly promiseBudgetMs: number;
  readonly now: () => number;
}

/** What is to be done with a process: its events held against their contracts, its machine moved. */
export async function planFor(
  env: PlanSettings,
  id: string,
  stored: StoredProcess | undefined,
  work: Work,
  deadlineAt: number,
  owed: ReadonlySet<string> | undefined,
): Promise<Plan> {
  const { orchestrator } = env;
  if (!hasContract(orchestrator, work.deliveries)) return moved(env, id, stored, work, deadlineAt, owed);
  const { valid, rejected } = await validateDeliveries(orchestrator, stored?.record, work.deliveries);
  const deliveries = valid.map(({ delivery }) => delivery);
  const plan = await moved(env, id, stored, { ...work, deliveries }, deadlineAt, owed);
  if (rejected.length === 0) return plan;
  const outcomes: Outcome[] = [];
  for (const { at, outcome } of rejected) outcomes[at] = outcome;
  for (const [place, { at }] of valid.entries()) outcomes[at] = plan.outcomes[place] as Outcome;
  return { ...plan, outcomes };
}

function moved(
  env: PlanSettings,
  id: string,
  stored: StoredProcess | undefined,
  work: Work,
  deadlineAt: number,
  owed: ReadonlySet<string> | undefined,
): Plan | Promise<Plan> {
  const now = env.now();
  if (!mayRunPromises(env.orchestrator, stored, work))
    return advance(env, id, stored?.record, work, now, owed);
  const budgetMs = Math.max(0, Math.min(env.promiseBudgetMs, deadlineAt - now));
  return advancePromises(env, id, stored?.record, work, now, owed, budgetMs);
}

/** Whether any version that the process may be on before or after this work runs promises. */
function mayRunPromises(
  { versions, runsPromises }: PlanSettings['orchestrator'],
  stored: StoredProcess | undefined,
  { deliveries, control }: Work,
): boolean {
  const begun = deliveries.flatMap(({ starts }) => starts?.version ?? []);
  const to = control?.kind === 'migrate' ? [control.to] : [];
  // A process that ended in an error may begin anew, on the newest.
  return [...to, ...begun, stored?.record.version, versions.at(-1)].some(
    (version) => version !== undefined && runsPromises(version),
  );
}
