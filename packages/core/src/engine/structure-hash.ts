import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { commandSettings } from './command-logic.ts';
import {
  type ActionLike,
  allNodes,
  type GuardLike,
  isMachine,
  type MachineInternals,
  type TransitionNode,
} from './xstate-internals.ts';

/**
 * 16 hex digits that change with a machine's states, transitions and invokes. Functions count only as "a function": their
 * names and texts change with every bundler.
 */
export function structureHash(machine: MachineInternals): string {
  const nodes = [...allNodes(machine.root)].map((node) => [
    node.id,
    node.type,
    node.history,
    node.entry.map(nameOf),
    node.exit.map(nameOf),
    node.invoke.map(({ id, src }) => [id, src]),
    node.initial ? shapeOf(node.initial) : null,
    [...node.transitions].map(([descriptor, list]) => [descriptor, list.map(shapeOf)]),
    node.always?.map(shapeOf) ?? [],
  ]);
  const actors = Object.entries(machine.implementations.actors)
    .map(([name, logic]) => [name, logicShape(logic)])
    .filter(([, shape]) => shape !== null)
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  const inline = [...allNodes(machine.root)].flatMap(({ config }) =>
    ([config.invoke ?? []].flat() as Array<{ src?: unknown }>).map(({ src }) => logicShape(src)),
  );
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify([nodes, actors, inline])))).slice(0, 16);
}

// What of an actor a running process depends on: the structure of a machine, the type of a command.
function logicShape(logic: unknown): string | null {
  if (isMachine(logic)) return structureHash(logic);
  return commandSettings(logic)?.contract.type ?? null;
}

function shapeOf(transition: TransitionNode): unknown[] {
  return [
    transition.guard === undefined ? null : nameOf(transition.guard),
    transition.target?.map(({ id }) => id) ?? null,
    transition.reenter,
    transition.actions.map(nameOf),
  ];
}

function nameOf(part: ActionLike | GuardLike): string {
  if (typeof part === 'string') return part;
  if (typeof part === 'object') return part.type;
  // Built-in actions have a type of xstate's own, which no bundler renames.
  return 'resolve' in part && typeof part.type === 'string' ? part.type : 'function';
}
