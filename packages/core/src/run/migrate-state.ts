import type { EngineState } from '../engine/engine.ts';
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
  try {
    for (const step of way) snapshot = step.snapshot ? step.snapshot(snapshot) : snapshot;
  } catch (cause) {
    throw failed(id, from, to, `its snapshot function threw: ${messageOf(cause)}`, cause);
  }
  const { timers, commands, sequence } = state;
  const moved: EngineState = { snapshot, timers, commands, sequence };
  let lost: readonly string[];
  try {
    lost = orchestrator.machine(to, id).lost({ id, state: structuredClone(moved), now: 0 });
  } catch (cause) {
    throw failed(id, from, to, `machine ${to} cannot take its state: ${messageOf(cause)}`, cause);
  }
  if (lost.length === 0) return moved;
  throw failed(
    id,
    from,
    to,
    `machine ${to} has no place for ${lost.join(', ')}. Let the snapshot function keep them, or wait until they are over`,
  );
}

function failed(id: string, from: string, to: string, why: string, cause?: unknown): XorcaError {
  return new XorcaError(
    'XORCA_MIGRATION',
    `Process ${JSON.stringify(id)} was not migrated from ${from} to ${to}: ${why}. It is as it was.`,
    { processId: id, cause },
  );
}
