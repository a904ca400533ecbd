import type { Observed } from './engine.ts';
import type { LayoutIndex } from './layout.ts';
import { type ActorNode, type Inspected, isMachine, type StateNodeLike } from './xstate-internals.ts';

type Nodes = ReadonlySet<StateNodeLike>;

/** Tells which transitions the machines of one actor system take, and which states they enter by that, passing ones included. */
export function observer(index: LayoutIndex, tell: (seen: Observed) => void): (event: Inspected) => void {
  const known = new Map<ActorNode, Nodes>();

  function say(entered: Iterable<StateNodeLike>, taken: readonly string[]): void {
    const states = [...entered].flatMap((node) => (node.path.length > 0 ? (index.stateOf(node) ?? []) : []));
    if (states.length > 0 || taken.length > 0) tell({ entered: states, taken });
  }

  return (event) => {
    if (event.type === '@xstate.actor') {
      const { logic } = event.actorRef;
      if (!isMachine(logic)) return;
      // No microstep tells of it: the way in is no transition.
      const nodes = new Set(initialNodes(logic.root));
      known.set(event.actorRef, nodes);
      say(nodes, []);
    }
    if (event.type === '@xstate.microstep') {
      const { actorRef, snapshot, _transitions: transitions } = event;
      if (transitions.length === 0) return;
      const before = known.get(actorRef) ?? new Set(actorRef.getSnapshot()?._nodes);
      const after = new Set(snapshot._nodes);
      known.set(actorRef, after);
      const domains = transitions.flatMap(({ target, ...transition }) =>
        target && target.length > 0 ? [domainOf(transition.source, target, transition.reenter)] : [],
      );
      const entered = [...after].filter(
        (node) => !before.has(node) || domains.some((domain) => !domain || isBelow(node, domain)),
      );
      say(
        entered,
        transitions.flatMap((transition) => index.transitionOf(transition) ?? []),
      );
    }
  };
}

function* initialNodes(node: StateNodeLike): Generator<StateNodeLike> {
  yield node;
  if (node.type === 'parallel') for (const child of Object.values(node.states)) yield* initialNodes(child);
  for (const target of node.initial?.target ?? []) {
    const between = [...ancestors(target)].filter((above) => isBelow(above, node));
    yield* between.reverse();
    yield* initialNodes(target);
  }
}

/** The state whose inside a transition leaves and enters anew, as SCXML defines it; undefined: the machine itself as well. */
function domainOf(
  source: StateNodeLike,
  targets: readonly StateNodeLike[],
  reenter: boolean,
): StateNodeLike | undefined {
  if (!reenter && targets.every((target) => target === source || isBelow(target, source))) return source;
  return [...ancestors(source)].find((above) => targets.every((target) => isBelow(target, above)));
}

function* ancestors(node: StateNodeLike): Generator<StateNodeLike> {
  for (let above = node.parent; above; above = above.parent) yield above;
}

function isBelow(node: StateNodeLike, above: StateNodeLike): boolean {
  for (const each of ancestors(node)) if (each === above) return true;
  return false;
}
