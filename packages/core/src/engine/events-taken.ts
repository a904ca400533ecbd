import type { MachineInternals, StateNodeLike } from './xstate-internals.ts';

/** The event types that the states of a state value take, in order of the states; without what xstate sends itself. */
export function eventsTaken(machine: MachineInternals, value: unknown): readonly string[] {
  const types = [...nodesIn(machine.root, value)].flatMap(({ transitions }) => [...transitions.keys()]);
  return [...new Set(types)].filter((type) => type !== '' && !type.startsWith('xstate.'));
}

function* nodesIn(node: StateNodeLike, value: unknown): Generator<StateNodeLike> {
  yield node;
  const inner = typeof value === 'string' ? { [value]: undefined } : (value ?? {});
  for (const [key, below] of Object.entries(inner)) {
    const child = node.states[key];
    if (child) yield* nodesIn(child, below);
  }
}
