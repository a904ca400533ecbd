import type { Delivery } from './advance.ts';
import { type CloudEvent, invalid } from './cloud-event.ts';
import { decodeEvent } from './decode.ts';
import { inputHash } from './dedupe-window.ts';
import { isXorcaError, messageOf, XorcaError } from './errors.ts';
import { mapLimit } from './map-limit.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { Outcome } from './outcome.ts';
import { assertProcessId } from './process-id.ts';
import type { ProcessRunner } from './process-runner.ts';
import type { RunResult } from './run-result.ts';
import type { RunnerSettings } from './runner-options.ts';
import { tellUndone } from './watch/tell-undone.ts';

/** Something for a process: an event as it came, or the wish to start one. */
export interface Incoming {
  readonly event: unknown;
  readonly starts?: NonNullable<Delivery['starts']>;
}

/** Outcomes in the order of what came in, and what became of each process. */
export interface Handled {
  readonly outcomes: readonly Outcome[];
  readonly results: ReadonlyMap<string, RunResult>;
}

/** Decodes, groups by process, and leads the groups through, each in order, several at once. */
export async function handleAll(
  settings: RunnerSettings,
  processes: ProcessRunner,
  incoming: readonly Incoming[],
  deadlineAt: number,
): Promise<Handled> {
  const outcomes: Outcome[] = new Array(incoming.length);
  const groups = new Map<string, Array<{ at: number; delivery: Delivery }>>();
  for (const [at, { event: raw, starts }] of incoming.entries()) {
    const decoded = decodeEvent(raw, settings.maxEventBytes);
    if ('error' in decoded) {
      outcomes[at] = undone(settings, undefined, { status: 'rejected', ...decoded, effects: [] });
      continue;
    }
    const { event } = decoded;
    const id = settings.orchestrator.processId(event);
    const error = id === decoded.id ? undefined : idFault(event, id);
    if (error) {
      outcomes[at] = undone(settings, id, { status: 'rejected', event, error, effects: [] });
      continue;
    }
    const item = { at, delivery: { event, hash: inputHash(event), ...(starts ? { starts } : {}) } };
    const group = groups.get(id);
    if (group) group.push(item);
    else groups.set(id, [item]);
  }
  const results = new Map<string, RunResult>();
  await mapLimit([...groups], settings.concurrency, async ([id, items]) => {
    const deliveries = items.map(({ delivery }) => delivery);
    const result =
      settings.now() >= deadlineAt
        ? tooLate(settings, id, deliveries)
        : await processes.run(id, { deliveries }, deadlineAt);
    results.set(id, result);
    for (const [place, { at }] of items.entries()) outcomes[at] = result.outcomes[place] as Outcome;
  });
  return { outcomes, results };
}

/** The event that stands for a start without an event. Its id is the process's, so that starting twice starts once. */
export function startOf(
  orchestrator: Orchestrator,
  id: string,
  input: unknown,
  version: string | undefined,
  now: number,
): Incoming {
  const event = {
    specversion: '1.0',
    id: 'start',
    source: orchestrator.source,
    type: orchestrator.startType ?? 'xorca.start',
    subject: id,
    time: new Date(now).toISOString(),
    data: input,
  };
  return { event, starts: version === undefined ? {} : { version } };
}

function idFault(event: CloudEvent, id: string): XorcaError | undefined {
  try {
    assertProcessId(id);
    return undefined;
  } catch (error) {
    return isXorcaError(error) ? error : invalid(event, messageOf(error));
  }
}

/** Why a process was not begun with. */
export function noTimeLeft(id: string): XorcaError {
  return new XorcaError(
    'XORCA_DEADLINE',
    `There was no time left for process ${JSON.stringify(id)} in this invocation. Nothing was done: deliver again.`,
    { processId: id, retryable: true },
  );
}

function tooLate(settings: RunnerSettings, id: string, deliveries: readonly Delivery[]): RunResult {
  const error = noTimeLeft(id);
  return {
    outcomes: deliveries.map(({ event }) =>
      undone(settings, id, { status: 'failed', event, error, effects: [] }),
    ),
    changed: false,
    resent: 0,
    effects: [],
    error,
  };
}

/** An outcome without a run, which only this shows to the telemetry. */
function undone(
  { telemetry, orchestrator, now }: RunnerSettings,
  processId: string | undefined,
  outcome: Outcome,
): Outcome {
  if (telemetry) tellUndone(telemetry, { orchestrator: orchestrator.name, processId, at: now() }, outcome);
  return outcome;
}
