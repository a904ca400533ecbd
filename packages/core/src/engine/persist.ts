import { XorcaError } from '../errors.ts';
import { jsonFault } from './json-fault.ts';
import type { ActorNode } from './xstate-internals.ts';

interface PersistedActor {
  status?: string;
  context?: unknown;
  output?: unknown;
  children?: Record<string, { snapshot: PersistedActor; src: unknown }>;
}

/** Throws `XORCA_MACHINE` for a child that could not be found again after a restore. */
export function assertRestorable(actor: ActorNode, processId: string): void {
  const { children } = actor.getSnapshot();
  for (const name in children) {
    const child = children[name];
    if (!child) continue;
    if (typeof child.src !== 'string') {
      throw machineError(
        processId,
        `child ${JSON.stringify(name)} was spawned from a logic object, which cannot be found again after a restore. Name it in setup({ actors }) and spawn it by that name.`,
      );
    }
    if (name === 'undefined' || /^x:\d+$/.test(name)) {
      throw machineError(
        processId,
        `a child of ${JSON.stringify(child.src)} was spawned without an id; made-up ids collide after a restore. Give it one.`,
      );
    }
    assertRestorable(child, processId);
  }
}

/**
 * Makes a persisted snapshot fit for the record: throws `XORCA_MACHINE`, naming the path, for what JSON would lose; leaves
 * out finished children that the context no longer points to, which would otherwise grow the record for ever.
 */
export function fitForRecord(snapshot: unknown, processId: string): unknown {
  return fit(snapshot as PersistedActor, '', processId);
}

function fit(actor: PersistedActor, where: string, processId: string): PersistedActor {
  const { children } = actor;
  const refs = children && new Set<string>();
  const fault =
    jsonFault(actor.context, `${where}context`, refs) ?? jsonFault(actor.output, `${where}output`);
  if (fault) {
    throw machineError(
      processId,
      `${fault}, which does not survive JSON. Keep strings, numbers, booleans, arrays and plain objects in it.`,
    );
  }
  for (const name in children) {
    const child = children[name];
    if (!child) continue;
    const { snapshot } = child;
    // xstate made the list of children for this very snapshot, so it may be changed in place: a copy of a thousand costs.
    if (snapshot.status !== 'active' && !refs?.has(name)) delete children[name];
    else if (!isBare(snapshot)) child.snapshot = fit(snapshot, `${where}children.${name}.`, processId);
  }
  return actor;
}

/** Whether there is nothing in it to look at, as in a command that waits. */
function isBare({ context, output, children }: PersistedActor): boolean {
  return context === undefined && output === undefined && children === undefined;
}

function machineError(processId: string, message: string): XorcaError {
  return new XorcaError('XORCA_MACHINE', `Process ${JSON.stringify(processId)} was not saved: ${message}`, {
    processId,
  });
}
