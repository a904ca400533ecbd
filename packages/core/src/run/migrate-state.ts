import { type Adopted, type EngineState, type Timer, timerName } from '../engine/engine.ts';
import { messageOf, XorcaError } from '../errors.ts';
import { type PersistedSnapshot, wayOf } from '../migration.ts';
import type { Orchestrator } from '../orchestrator.ts';

/** A process's state as another version wants it. `XORCA_MIGRATION` when no way leads there, or what it leads to does not fit. */
export function migratedState(
  orchestrator: Orchestrator,
  id: string,
  from: string,
  to: string,
  state: EngineState,
  now: number,
): EngineState {
  const way = wayOf(from, to, orchestrator.migration);
  if (!way) {
    throw failed(
      id,
      from,
      to,
      `no migrations of ${orchestrator.name} lead there. Add migrations[${JSON.stringify(from)}]`,
    );
  }
  let snapshot = structuredClone(state.snapshot) as PersistedSnapshot;
  let { timers } = state;
  try {
    for (const step of way) {
      if (step.snapshot) snapshot = step.snapshot(snapshot);
      if (step.timers) timers = renamed(timers, step.timers);
    }
  } catch (cause) {
    throw failed(id, from, to, `a function of its migration threw: ${messageOf(cause)}`, cause);
  }
  const { commands, sequence } = state;
  const moved: EngineState = { snapshot, timers, commands, sequence };
  let adopted: Adopted;
  try {
    adopted = orchestrator
      .machine(to, id)
      .adopt({ id, state: moved, now, knew: knownBefore(orchestrator, id, from, state) });
  } catch (cause) {
    throw failed(id, from, to, `machine ${to} cannot take its state: ${messageOf(cause)}`, cause);
  }
  if (adopted.lost.length > 0) {
    throw failed(
      id,
      from,
      to,
      `machine ${to} has no place for ${adopted.lost.join(', ')}. Let the migration rename or drop them, or wait until they are over`,
    );
  }
  if (adopted.unstarted.length > 0) {
    throw failed(
      id,
      from,
      to,
      `nobody would start ${adopted.unstarted.join(', ')}. Let the snapshot function lead to a state before it`,
    );
  }
  if (adopted.unknown.length > 0) {
    throw failed(
      id,
      from,
      to,
      `version ${from} is not registered, so nobody can tell whether ${adopted.unknown.join(', ')} is over or still to begin. Register ${from} beside ${to}`,
    );
  }
  return adopted.state;
}

// What the states of the old version waited for, if its machine is still registered; undefined: nobody knows any more.
function knownBefore(
  orchestrator: Orchestrator,
  id: string,
  version: string,
  { snapshot, timers, commands, sequence }: EngineState,
): ReadonlySet<string> | undefined {
  if (!orchestrator.versions.includes(version)) return undefined;
  return orchestrator.machine(version, id).waitsFor({ id, state: { snapshot, timers, commands, sequence } });
}

function renamed(timers: readonly Timer[], rename: (name: string) => string | undefined): Timer[] {
  return timers.flatMap((timer) => {
    const name = timerName(timer);
    const next = rename(name);
    if (next === undefined) return [];
    if (next === name) return [timer];
    // A machine arms `after` under the event's own name, so that leaving the state finds it.
    const type = timer.event.type === name ? next : `xstate.${next}`;
    const key = timer.key.replaceAll(timer.event.type, type);
    return [{ ...timer, key, event: { ...timer.event, type } }];
  });
}

function failed(id: string, from: string, to: string, why: string, cause?: unknown): XorcaError {
  return new XorcaError(
    'XORCA_MIGRATION',
    `Process ${JSON.stringify(id)} was not migrated from ${from} to ${to}: ${why}. It is as it was.`,
    { processId: id, cause },
  );
}
