import { allNodes, isMachine, type MachineInternals } from './xstate-internals.ts';

/** All actor logic that a machine and its child machines name or invoke. */
export function logicsOf(machine: MachineInternals): ReadonlySet<unknown> {
  const seen = new Set<unknown>();
  const visit = (logic: unknown): void => {
    if (seen.has(logic)) return;
    seen.add(logic);
    if (!isMachine(logic)) return;
    for (const actor of Object.values(logic.implementations.actors)) visit(actor);
    for (const node of allNodes(logic.root)) {
      for (const { src } of [node.config.invoke ?? []].flat() as Array<{ src?: unknown }>) visit(src);
    }
  };
  visit(machine);
  return seen;
}
