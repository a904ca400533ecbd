import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import {
  type ActionLike,
  allNodes,
  type GuardLike,
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
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify(nodes)))).slice(0, 16);
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
