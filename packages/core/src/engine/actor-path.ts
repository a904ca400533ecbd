import type { ActorPath } from './engine.ts';
import type { ActorNode } from './xstate-internals.ts';

/** The ids from the root's child down to an actor; the root itself is `[]`. */
export function pathOf(actor: ActorNode): string[] {
  const path: string[] = [];
  for (let node = actor; node._parent; node = node._parent) path.unshift(node.id);
  return path;
}

/** The actor at a path, if it still is there. */
export function actorAt(root: ActorNode, path: ActorPath): ActorNode | undefined {
  let actor: ActorNode | undefined = root;
  for (const id of path) actor = actor?.getSnapshot().children?.[id];
  return actor;
}
